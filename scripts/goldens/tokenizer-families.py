"""Records the ids that tokenizers of the families in use give, from what a GGUF says of them, as goldens for
packages/core/src/tokenize.

    python scripts/goldens/tokenizer-families.py

tokenizer-pre.json: one byte-level vocabulary with each split that `tokenizer.ggml.pre` names, as the models' own
tokenizer.json has it. tokenizer-{gemma,phi3,mistral}.json: SentencePiece vocabularies as transformers reads them from a
GGUF, but for what it leaves out: the white space that Phi-3's own tokens take, and add_space_prefix. Needs transformers,
tokenizers and gguf.
"""

import json
from pathlib import Path

from tokenizer import from_gguf, record, split_bytes, train_byte_level, train_sentencepiece, write
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS

from inputs.tokenizer_strings import strings

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6

GPT2 = lambda: pre_tokenizers.ByteLevel(add_prefix_space=False)
DIGITS = lambda: pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), GPT2()])
SPLIT = lambda name: lambda: split_bytes(GGUF_PRE_TOKENIZER_SPLITS[name])

# The split, whether whole words go before merges, and the names: llama.cpp, src/llama-vocab.cpp.
SPLITS = [
    (GPT2, False, ["default", "gpt-2", "olmo", "phi-2", "jais", "mpt", "trillion", "granite-docling", "exaone4", "gigachat",
                   "a.x-4.0", "mellum"]),
    (DIGITS, False, ["smollm", "command-r", "refact", "starcoder", "codeshell", "exaone", "minerva-7b", "mellum2"]),
    (SPLIT("llama-bpe"), True, ["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                                "jina-v5-nano"]),
    (SPLIT("llama-bpe"), False, ["dbrx", "smaug-bpe", "chatglm-bpe", "glm4"]),
    (SPLIT("qwen2"), False, ["qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open",
                             "grok-2"]),
    (SPLIT("qwen35"), False, ["qwen35"]),
    (SPLIT("tekken"), True, ["tekken"]),
    (SPLIT("gpt-4o"), False, ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"]),
]


def byte_level():
    """A vocabulary that was learned without a split, so that each shows, and with tokens that no merges lead to."""
    whole_lines = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    trained = json.loads(train_byte_level(["<|endoftext|>"], whole_lines, vocab_size=1200).to_str())
    vocab, merges = trained["model"]["vocab"], [tuple(pair) for pair in trained["model"]["merges"]]
    used = {part for pair in merges for part in pair}
    merges = [(left, right) for left, right in merges if left + right in used or vocab[left + right] % 2]
    groups = []
    for split, whole_words, names in SPLITS:
        tokenizer = Tokenizer(models.BPE(vocab, merges, ignore_merges=whole_words))
        tokenizer.pre_tokenizer = split()
        tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False)])
        groups.append((names, [tokenizer.encode(text).ids for text in strings()]))
    first = groups[0][1]
    tokens = sorted(vocab, key=vocab.get)
    write("pre", {
        "ggufMetadata": {
            "tokenizer.ggml.model": "gpt2",
            "tokenizer.ggml.tokens": tokens,
            "tokenizer.ggml.token_type": [CONTROL if token == "<|endoftext|>" else NORMAL for token in tokens],
            "tokenizer.ggml.merges": [" ".join(pair) for pair in merges],
            "tokenizer.ggml.bos_token_id": vocab["<|endoftext|>"],
            "tokenizer.ggml.eos_token_id": vocab["<|endoftext|>"],
            "tokenizer.ggml.add_bos_token": False,
        },
        # null: the ids of the first group.
        "groups": [
            {"names": names, "ids": [None if ids is not first and row == first[at] else row for at, row in enumerate(ids)]}
            for names, ids in groups
        ],
    })


def metadata(entries, **others):
    """entries: (token, score, type) in the order of ids."""
    tokens, scores, types = (list(column) for column in zip(*entries))
    keys = {"model": "llama", "tokens": tokens, "scores": scores, "token_type": types, **others}
    return {f"tokenizer.ggml.{key}": value for key, value in keys.items()}


def pieces():
    """[(token, score)] of bytes and pieces; its special tokens are left out."""
    tokens, scores, _ = train_sentencepiece()
    return [(token, score, BYTE if at < 259 else NORMAL) for at, (token, score) in enumerate(zip(tokens, scores))][3:]


def write_changed(name, data, architecture, change):
    read = json.loads(from_gguf(data, architecture).backend_tokenizer.to_str())
    change(read)
    own = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(read)), clean_up_tokenization_spaces=False)
    write(name, {"ggufMetadata": {"general.architecture": architecture, **data}, "fromGguf": record(own)})


def gemma():
    """Scores rise where ids do, so that their order is not that of the merges; runs of spaces are stored as they are."""
    named = [*((f"<{name}>", CONTROL) for name in ("pad", "eos", "bos", "unk", "mask")), ("<s>", USER_DEFINED), ("</s>", USER_DEFINED),
             *(("\n" * count, USER_DEFINED) for count in (1, 2, 3)), *((" " * count, USER_DEFINED) for count in (2, 3, 4, 8))]
    seen = {token.replace(" ", "▁") for token, _ in named}
    learned = [(token, kind) for token, _, kind in pieces() if token not in seen]
    entries = [(token, -1000.0, kind) for token, kind in named] + [(token, float(at), kind) for at, (token, kind) in enumerate(learned)]
    data = metadata(entries, bos_token_id=2, eos_token_id=1, unknown_token_id=3, padding_token_id=0, add_bos_token=True,
                    add_eos_token=False, add_space_prefix=False)
    write("gemma", {"ggufMetadata": {"general.architecture": "gemma3", **data}, "fromGguf": record(from_gguf(data, "gemma3"))})


def phi3():
    end = [("<|endoftext|>", CONTROL), ("<|im_start|>", CONTROL), ("<|im_end|>", CONTROL)]
    entries = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, USER_DEFINED), *pieces(),
               *((token, 0.0, kind) for token, kind in end)]
    data = metadata(entries, bos_token_id=1, eos_token_id=len(entries) - 3, unknown_token_id=0, add_bos_token=False)

    def change(tokenizer_json):
        for token in tokenizer_json["added_tokens"]:
            token["rstrip"] = token["content"] not in ("<unk>", "<s>", "<|endoftext|>")

    write_changed("phi3", data, "phi3", change)


def mistral():
    """With the tokens of its turns, and without a space before the text."""
    entries = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL), ("[INST]", 0.0, CONTROL), ("[/INST]", 0.0, CONTROL),
               *pieces()]
    data = metadata(entries, bos_token_id=1, eos_token_id=2, unknown_token_id=0, add_space_prefix=False)

    def change(tokenizer_json):
        tokenizer_json["pre_tokenizer"]["prepend_scheme"] = "never"
        tokenizer_json["decoder"]["decoders"].pop()

    write_changed("mistral", data, "llama", change)


def main():
    byte_level()
    gemma()
    phi3()
    mistral()


if __name__ == "__main__":
    main()
