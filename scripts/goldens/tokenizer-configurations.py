"""Records what transformers makes of one tokenizer.json with several configurations beside it, as a golden for
packages/core/src/tokenize: added tokens that several files describe, tokens that are named, `add_bos_token` and
`add_eos_token` of several classes, truncation and padding.

    python scripts/goldens/tokenizer-configurations.py

The tokenizer.json is that of tokenizer-llama3.json, which tokenizer.py writes. Needs transformers and tokenizers.
"""

import json
import os
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import tokenizers
import transformers
from transformers import AutoTokenizer

GOLDENS = Path(__file__).resolve().parents[2] / "packages/core/test/goldens"
OUT = GOLDENS / "tokenizer-configurations.json"
TEXTS = ["Hi word <|eot_id|> x", "words word", "<|begin_of_text|>  a", "of the word", "<extra> a<extra>", "<z1> z <z0>"]
NAMED = {"eos_token": "<|eot_id|>", "bos_token": "<|begin_of_text|>"}


def token(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}


def cases(base):
    """What differs from the tokenizer.json, the configuration, special_tokens_map.json."""
    config = {**NAMED, "tokenizer_class": "PreTrainedTokenizerFast"}
    added = base["added_tokens"]
    without_id = lambda one, **flags: {**{key: value for key, value in one.items() if key != "id"}, **flags}
    for name in ("PreTrainedTokenizerFast", "TokenizersBackend", "Qwen2Tokenizer", "GPT2Tokenizer", "LlamaTokenizerFast"):
        for bos, eos in ((True, True), (False, None), (None, False)):
            yield f"{name}, add_bos_token {bos}, add_eos_token {eos}", {}, {**config, "tokenizer_class": name, "add_bos_token": bos, "add_eos_token": eos}, None
    yield "added_tokens_decoder overrides", {}, {**config, "added_tokens_decoder": {str(one["id"]): without_id(one, lstrip=True, rstrip=True) for one in added}}, None
    yield "added_tokens_decoder overrides one", {}, {**config, "added_tokens_decoder": {str(added[-1]["id"]): without_id(added[-1], rstrip=True, special=False)}}, None
    yield "added_tokens_decoder has new ones", {}, {**config, "added_tokens_decoder": {"700": token("<extra>", special=False, lstrip=True), "650": token("word", special=False)}}, None
    yield "named, and not special in tokenizer.json", {"added_tokens": [{**one, "special": False, "lstrip": True} for one in added]}, config, None
    yield "named, and not in tokenizer.json", {"added_tokens": []}, config, None
    yield "named as an added token", {"added_tokens": []}, {**config, "eos_token": {"__type": "AddedToken", **token("<|eot_id|>", lstrip=True)}}, None
    yield "extra_special_tokens", {}, {**config, "extra_special_tokens": ["of", "<|end_header_id|>"]}, None
    yield "extra_special_tokens by name", {}, {**config, "extra_special_tokens": {"image_token": "of"}}, None
    yield "additional_special_tokens", {}, {**config, "additional_special_tokens": ["of"]}, None
    yield "special_tokens_map.json", {"added_tokens": []}, {"tokenizer_class": "PreTrainedTokenizerFast"}, {**NAMED, "eos_token": token("<|eot_id|>", rstrip=True)}
    yield "ids that are not those that follow", {"added_tokens": [added[0], *({"id": 9000 + i, **token(f"<z{i}>", special=False)} for i in range(2))]}, config, None
    truncation = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    padding = {"strategy": {"Fixed": 20}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "!"}
    yield "truncation and padding", {"truncation": truncation, "padding": padding}, config, None


def record(tokenizer_json, config, tokens_map):
    with tempfile.TemporaryDirectory() as folder:
        for name, value in {"tokenizer.json": tokenizer_json, "tokenizer_config.json": config, "special_tokens_map.json": tokens_map}.items():
            if value is not None:
                Path(folder, name).write_text(json.dumps(value))
        tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = [tokenizer.encode(text) for text in TEXTS]
    return {"ids": rows, "decoded": [tokenizer.decode(row) for row in rows], "decodedWithoutSpecialTokens": [tokenizer.decode(row, skip_special_tokens=True) for row in rows]}


def main():
    base = json.loads((GOLDENS / "tokenizer-llama3.json").read_text())["tokenizerJson"]
    recorded = [
        {"name": name, "changes": changes, "config": config, "specialTokensMap": tokens_map, **record({**base, **changes}, config, tokens_map)}
        for name, changes, config, tokens_map in cases(base)
    ]
    versions = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    text = json.dumps({"versions": versions, "texts": TEXTS, "cases": recorded}, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(f"{OUT.name}: {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()
