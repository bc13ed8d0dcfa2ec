"""Records what the tokenizers library makes of 300 strings with tokenizers of the kinds that real families have, as a
golden for packages/core/src/tokenize.

    python scripts/goldens/tokenizer-kinds.py

Each is put together as the family's tokenizer.json is (inputs/tokenizer_kinds.py), over a few small vocabularies that
are trained here and shared, so that the golden stays small: of each string it has short digests, by which one that
differs is found, and of all a whole one. Needs tokenizers and sentencepiece.
"""

import hashlib
import io
import json
import tempfile
from base64 import b64encode
from pathlib import Path

import sentencepiece
import tokenizers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from inputs.tokenizer_kinds import KINDS, more_strings
from inputs.tokenizer_strings import corpus, strings

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "packages/core/test/goldens/tokenizer-kinds.json"

# A part of what SentencePiece's own nmt_nfkc maps: one to one, to more, to less, to nothing, clusters of characters.
CHARACTER_MAP = {
    **{chr(c): " " for c in (0x09, 0x0A, 0x0D, 0xA0, 0x2003, 0x3000, 0x85)},
    **{chr(c): "" for c in (0x01, 0x07, 0x200B, 0x7F)},
    **{chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
    "ﬁ": "fi", "ﬂ": "fl", "™": "TM", "①": "1", "㍿": "株式会社", "…": "...", "½": "1⁄2", "e\u0301": "é", "a\u030a": "å",
    "か\u3099": "が",
}


def character_map():
    """The map as SentencePiece compiles it, in base64."""
    codes = lambda text: " ".join(f"{ord(c):X}" for c in text)
    rules = "".join(f"{codes(a)}\t{codes(b)}\n" for a, b in CHARACTER_MAP.items())
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write(rules)
        file.flush()
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["abc"] * 99), model_writer=model, vocab_size=8, hard_vocab_limit=False,
            normalization_rule_tsv=file.name, minloglevel=2,
        )
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return b64encode(proto.normalizer_spec.precompiled_charsmap).decode()


def train(model, pre_tokenizer, trainer, normalizer=None, texts=None):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    # Spaces of their own, so that runs of them are learnt too.
    tokenizer.train_from_iterator(texts or [*corpus(ROOT), *(" " * n + "x = 1\n" for n in range(1, 9))], trainer)
    return json.loads(tokenizer.to_str())["model"]


def vocabularies():
    """Each with its model's type, vocabulary and merges."""
    keep = lambda model: {key: model[key] for key in ("type", "vocab", "merges") if key in model}
    options = {"show_progress": False}
    byte_level = train(
        models.BPE(), pre_tokenizers.ByteLevel(add_prefix_space=False),
        trainers.BpeTrainer(vocab_size=460, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), **options),
    )
    pieces = train(
        models.BPE(), pre_tokenizers.Metaspace(), trainers.BpeTrainer(vocab_size=260, limit_alphabet=90, **options)
    )
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    pieces["vocab"] = {token: i for i, token in enumerate(["<unk>", "<s>", "</s>", *bytes_, *pieces["vocab"]])}
    words = train(
        models.WordPiece(unk_token="[UNK]"), pre_tokenizers.BertPreTokenizer(),
        trainers.WordPieceTrainer(vocab_size=360, limit_alphabet=90, special_tokens=["[UNK]"], **options),
        normalizers.BertNormalizer(lowercase=False),
    )
    suffixed = train(
        models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), pre_tokenizers.BertPreTokenizer(),
        trainers.BpeTrainer(vocab_size=300, limit_alphabet=60, end_of_word_suffix="</w>", special_tokens=["<unk>"], **options),
        normalizers.BertNormalizer(lowercase=True),
    )
    levels = train(
        models.WordLevel(unk_token="[UNK]"), pre_tokenizers.Whitespace(),
        trainers.WordLevelTrainer(vocab_size=150, special_tokens=["[UNK]"], **options),
    )
    unigram = train(
        models.Unigram(), pre_tokenizers.Metaspace(),
        trainers.UnigramTrainer(vocab_size=320, unk_token="<unk>", special_tokens=["<unk>"], **options),
        texts=(ROOT / "LICENSE").read_text().splitlines(),  # it has room for all their characters
    )
    scores = [[token, round(score, 4)] for token, score in unigram["vocab"]][:320]
    unigram["vocab"] = [*scores, *([byte, -30.0] for byte in bytes_)]
    named = {"byteLevel": byte_level, "pieces": pieces, "words": words, "suffixed": suffixed, "levels": levels, "unigram": unigram}
    return {name: keep(model) for name, model in named.items()}


def tokenizer_json(kind, vocabularies, character_map):
    """What of the kind goes into the golden, and the whole tokenizer.json."""
    vocabulary, options = kind["model"]
    if vocabulary == "unigram":
        options = {"unk_id": 0, **options}
    known = vocabularies[vocabulary]["vocab"]
    ids = {entry[0]: i for i, entry in enumerate(known)} if isinstance(known, list) else dict(known)
    added = []
    for token in kind["added"]:
        ids.setdefault(token["content"], len(ids))
        added.append({"id": ids[token["content"]], **token})
    post = with_ids(kind["post_processor"], ids)
    stored = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": kind["normalizer"],
              "pre_tokenizer": kind["pre_tokenizer"], "post_processor": post, "decoder": kind["decoder"],
              "model": {"vocabulary": vocabulary, **options}}
    whole = json.loads(json.dumps(stored).replace('"CHARACTER_MAP"', json.dumps(character_map)))
    whole["model"] = {**vocabularies[vocabulary], **options}
    if vocabulary == "unigram" and not options.get("byte_fallback"):
        whole["model"]["byte_fallback"] = False
    return stored, whole


def with_ids(post, ids):
    if post is None:
        return None
    if post["type"] == "Sequence":
        return {**post, "processors": [with_ids(one, ids) for one in post["processors"]]}
    if post["type"] == "RobertaProcessing":
        return {**post, "sep": [post["sep"][0], ids[post["sep"][0]]], "cls": [post["cls"][0], ids[post["cls"][0]]]}
    if post["type"] != "TemplateProcessing":
        return post
    names = [piece["SpecialToken"]["id"] for piece in post["single"] if "SpecialToken" in piece]
    return {**post, "pair": [*post["single"], {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [ids[name]], "tokens": [name]} for name in names}}


def digests(values):
    """Of each four characters, of all a whole SHA-256."""
    digest = lambda value: hashlib.sha256(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    return {"each": "".join(digest(value)[:4] for value in values), "all": digest(values)}


def record(tokenizer, texts):
    ids = [tokenizer.encode(text).ids for text in texts]
    return {
        "ids": digests(ids),
        "idsWithoutSpecialTokens": digests([tokenizer.encode(text, add_special_tokens=False).ids for text in texts]),
        "decoded": digests([tokenizer.decode(row, skip_special_tokens=False) for row in ids]),
        "decodedWithoutSpecialTokens": digests([tokenizer.decode(row) for row in ids]),
        "first": ids[26:30],
    }


def main():
    texts = [*strings(), *more_strings()]
    shared, characters = vocabularies(), character_map()
    kinds = {}
    for name, kind in KINDS.items():
        stored, whole = tokenizer_json(kind, shared, characters)
        kinds[name] = {"tokenizerJson": stored, **record(Tokenizer.from_str(json.dumps(whole)), texts)}
    versions = {"tokenizers": tokenizers.__version__, "sentencepiece": sentencepiece.__version__}
    golden = {"versions": versions, "strings": more_strings(), "characterMap": characters, "models": shared, "kinds": kinds}
    text = json.dumps(golden, ensure_ascii=True, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(f"{OUT.name}: {len(kinds)} kinds, {len(texts)} strings, {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()
