"""Records what transformers makes of 250 strings and of chats, as goldens for packages/core/src/tokenize.

    python scripts/goldens/tokenizer.py --gguf SmolLM2-135M-Instruct.Q4_1.gguf

Small tokenizers of the kinds in use are trained here and go into the goldens whole, both as tokenizer.json and as
the metadata of a GGUF; of SmolLM2 only the ids do. Needs transformers, tokenizers, gguf and torch.
"""

import argparse
import json
import os
import random
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import gguf
import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer
from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS
from transformers.tokenization_utils_base import generate_merges

from inputs.tokenizer_strings import chats, corpus, strings, templates

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "packages/core/test/goldens"

LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2_SPLIT = LLAMA3_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")


def split_bytes(pattern):
    split = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def train_byte_level(specials, pre_tokenizer, normalizer=None, ignore_merges=False, vocab_size=600):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=specials,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(ROOT), trainer)
    return tokenizer


def train_sentencepiece(vocab_size=300, alphabet=90):
    """Pieces as a SentencePiece BPE model has them: specials, bytes, pieces by falling score; merges implied."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, limit_alphabet=alphabet, show_progress=False)
    trained.train_from_iterator(corpus(ROOT), trainer)
    vocab = trained.get_vocab()
    pieces = sorted(vocab, key=lambda piece: (len(piece) == 1, vocab[piece]))
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *pieces]
    scores = [0.0] * 259 + [-float(index) for index in range(len(pieces))]
    merges = generate_merges({token: i for i, token in enumerate(tokens)}, dict(zip(tokens, scores)))
    return tokens, scores, merges


def sentencepiece_json(tokens, merges, legacy):
    vocab = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if legacy:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    single = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)]
    )
    tokenizer.post_processor = single
    return tokenizer


def from_json(tokenizer, config):
    """The tokenizer as AutoTokenizer loads it from tokenizer.json, with the files it loaded it from."""
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save(f"{folder}/tokenizer.json", pretty=False)
        Path(folder, "tokenizer_config.json").write_text(json.dumps(config))
        tokenizer_json = json.loads(Path(folder, "tokenizer.json").read_text())
        return AutoTokenizer.from_pretrained(folder), tokenizer_json


def cutting_digits(tokenizer):
    """With the split of the model's own tokenizer.json, whose name in GGUF transformers does not know."""
    digits = pre_tokenizers.Digits(individual_digits=True)
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
    return tokenizer


def from_gguf(metadata, architecture="llama"):
    """The tokenizer as AutoTokenizer loads it from a GGUF with this metadata."""
    with tempfile.TemporaryDirectory() as folder:
        writer = gguf.GGUFWriter(f"{folder}/model.gguf", architecture)
        writer.add_context_length(128)
        writer.add_embedding_length(8)
        writer.add_block_count(1)
        writer.add_feed_forward_length(8)
        writer.add_head_count(1)
        for key, value in metadata.items():
            if isinstance(value, bool):
                writer.add_bool(key, value)
            elif isinstance(value, int):
                writer.add_uint32(key, value)
            elif isinstance(value, str):
                writer.add_string(key, value)
            else:
                writer.add_array(key, value)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return AutoTokenizer.from_pretrained(folder, gguf_file="model.gguf")


def record(tokenizer, rows=None):
    """What transformers makes of the strings, of ids that are no text, and of the chats.

    rows: how many tokens the model has. From a byte-level GGUF without <|endoftext|>, transformers makes a tokenizer
    that has it nevertheless, with an id that the embedding matrix has no row for; such strings are named, not kept.
    """
    rng = random.Random(20251108)
    rows = rows or len(tokenizer)
    texts = strings()
    ids = [tokenizer.encode(text) for text in texts]
    beyond = [index for index, row in enumerate(ids) if any(token >= rows for token in row)]
    ids = [[] if index in beyond else row for index, row in enumerate(ids)]
    random_ids = [[rng.randrange(rows) for _ in range(rng.randrange(1, 12))] for _ in range(60)]
    decoded = lambda rows, skip: [tokenizer.decode(row, skip_special_tokens=skip) for row in rows]
    return {
        "beyondVocabulary": beyond,
        "ids": ids,
        "idsWithoutSpecialTokens": [
            None if (bare := tokenizer.encode(text, add_special_tokens=False)) == with_special else bare
            for text, with_special in zip(texts, ids)
        ],
        # null: the text itself.
        "decoded": [None if a == b else a for a, b in zip(decoded(ids, False), texts)],
        "decodedWithoutSpecialTokens": [None if a == b else a for a, b in zip(decoded(ids, True), texts)],
        "randomIds": random_ids,
        "randomDecoded": decoded(random_ids, False),
        "randomDecodedWithoutSpecialTokens": decoded(random_ids, True),
        "chats": [record_chat(tokenizer, chat) for chat in chats()] if tokenizer.chat_template else None,
    }


def record_chat(tokenizer, chat):
    try:
        return {
            "open": tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True),
            "closed": tokenizer.apply_chat_template(chat, tokenize=False),
            "ids": tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False),
        }
    except Exception as error:
        return {"error": str(error)}


def write(name, golden):
    versions = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    text = json.dumps({"versions": versions, **golden}, ensure_ascii=True, separators=(",", ":"))
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"tokenizer-{name}.json").write_text(text + "\n")
    print(f"tokenizer-{name}.json: {len(text) // 1024} KiB")


def byte_level_metadata(tokenizer_json, pre, bos, eos, add_bos, template):
    vocab = {**tokenizer_json["model"]["vocab"], **{t["content"]: t["id"] for t in tokenizer_json["added_tokens"]}}
    tokens = sorted(vocab, key=vocab.get)
    types = {t["content"]: 3 if t["special"] else 4 for t in tokenizer_json["added_tokens"]}
    return {
        "general.architecture": "llama",
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": pre,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [types.get(token, 1) for token in tokens],
        "tokenizer.ggml.merges": [" ".join(pair) for pair in tokenizer_json["model"]["merges"]],
        "tokenizer.ggml.bos_token_id": vocab[bos],
        "tokenizer.ggml.eos_token_id": vocab[eos],
        "tokenizer.ggml.add_bos_token": add_bos,
        "tokenizer.chat_template": template,
    }


def write_small(name, tokenizer, config, metadata_of, adapt=lambda tokenizer: tokenizer):
    loaded, tokenizer_json = from_json(tokenizer, config)
    metadata = metadata_of(tokenizer_json)
    writable = {key: value for key, value in metadata.items() if key != "general.architecture"}
    write(
        name,
        {
            "tokenizerJson": tokenizer_json,
            "tokenizerConfig": config,
            "fromJson": record(loaded),
            "ggufMetadata": metadata,
            "fromGguf": record(adapt(from_gguf(writable)), len(metadata["tokenizer.ggml.tokens"])),
        },
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, required=True, help="SmolLM2-135M-Instruct as GGUF")
    path = parser.parse_args().gguf

    write("strings", {"strings": strings(), "chats": chats()})
    write("splits", {"splits": GGUF_PRE_TOKENIZER_SPLITS})

    smollm2 = cutting_digits(AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name))
    write("smollm2", record(smollm2))

    specials = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    llama3 = train_byte_level(specials, split_bytes(LLAMA3_SPLIT), ignore_merges=True)
    bos = processors.TemplateProcessing(
        single="<|begin_of_text|> $A",
        pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
        special_tokens=[("<|begin_of_text|>", 0)],
    )
    llama3.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), bos])
    names = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}
    write_small(
        "llama3",
        llama3,
        {**names, "tokenizer_class": "PreTrainedTokenizerFast", "chat_template": templates["llama3"],
         "clean_up_tokenization_spaces": True},
        lambda j: byte_level_metadata(j, "llama-bpe", *names.values(), True, templates["llama3"]),
    )

    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    qwen2 = train_byte_level(specials, split_bytes(QWEN2_SPLIT), normalizer=normalizers.NFC())
    qwen2.add_tokens([tokenizers.AddedToken("<think>", normalized=False)])
    names = {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>"}
    write_small(
        "qwen2",
        qwen2,
        {**names, "add_bos_token": False, "tokenizer_class": "Qwen2Tokenizer", "chat_template": templates["qwen2"],
         "pad_token": "<|endoftext|>"},
        lambda j: byte_level_metadata(j, "qwen2", *names.values(), False, templates["qwen2"]),
    )

    digits = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    smollm = train_byte_level(specials, pre_tokenizers.Sequence(digits))
    names = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}
    write_small(
        "smollm",
        smollm,
        {**names, "unk_token": "<|endoftext|>", "tokenizer_class": "PreTrainedTokenizerFast",
         "chat_template": [{"name": "default", "template": templates["multiline"]},
                           {"name": "tool_use", "template": "{{ raise_exception('not this one') }}"}]},
        lambda j: byte_level_metadata(j, "smollm", *names.values(), False, templates["multiline"]),
        cutting_digits,
    )

    tokens, scores, merges = train_sentencepiece()
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    metadata = {
        "general.architecture": "llama",
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": [2, 3, 3] + [6] * 256 + [1] * (len(tokens) - 259),
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
    }
    write_small(
        "llama2",
        sentencepiece_json(tokens, merges, legacy=False),
        {**names, "add_bos_token": True, "add_eos_token": False, "tokenizer_class": "LlamaTokenizer",
         "chat_template": templates["llama2"], "legacy": False},
        lambda _: {**metadata, "tokenizer.chat_template": templates["llama2"]},
    )
    write_small(
        "vicuna",
        sentencepiece_json(tokens, merges, legacy=True),
        {**names, "tokenizer_class": "PreTrainedTokenizerFast"},
        lambda _: {**metadata, "tokenizer.ggml.add_bos_token": True, "tokenizer.ggml.add_eos_token": True},
    )


if __name__ == "__main__":
    main()
