"""Records what single components of the tokenizers library make of some texts, and where Oniguruma finds patterns, as
a golden for packages/core/src/tokenize.

    python scripts/goldens/tokenizer-components.py

Needs tokenizers.
"""

import json
import string
from pathlib import Path

import tokenizers
from tokenizers import Regex, Tokenizer, normalizers

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "packages/core/test/goldens/tokenizer-components.json"

TEXTS = [
    "Hello, world!  It's 12 o'clock…", " lead and trail ", "a\ufeffb c\u0085d\u180ee\u200bf", "ΑΣ İI ſS ǅ ŉ", "e\u0301 é Å ﬁ ① ½ ²",
    "中文ab漢 한국", "!!! -- ((a)) ...", "\t\r\n x\n\n\ny  ", "snake_case 3.14 ٣٤ Ⅷ", "😀👍🏽 ❤️ 𝔘𝟙", "\u0000\u0007\u009f\u00ad\ufffd", "؝ ⹃ ۔ ¿؟",
    "aaaa aab 'S 's ſ K\u212a", "", "▁▁under▁",
]

BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def split(pattern, behavior, invert):
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def byte_level(add_prefix_space, use_regex):
    return {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": True, "use_regex": use_regex}


def metaspace(scheme, splits):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits}


def bert(clean, chinese, accents, lower):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}


def replace(pattern, content):
    return {"type": "Replace", "pattern": pattern, "content": content}


NORMALIZERS = [
    *({"type": name} for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel")),
    {"type": "Prepend", "prepend": "▁"},
    *({"type": "Strip", "strip_left": left, "strip_right": right} for left in (True, False) for right in (True, False)),
    replace({"String": "a"}, "xyz"), replace({"String": ""}, "-"), replace({"Regex": "\\s+"}, " "), replace({"Regex": "(?=\\w)"}, "<"),
    replace({"Regex": "^\\s|\\s$"}, ""), replace({"String": "$&"}, "$1"), replace({"String": "a"}, "$&"),
    bert(True, True, None, True), bert(True, False, False, True), bert(False, True, True, False), bert(True, True, None, False),
    {"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]},
    {"type": "Sequence", "normalizers": []},
]

PRE_TOKENIZERS = [
    *(split({"Regex": "\\s+|[.,]"}, behavior, invert) for behavior in BEHAVIORS for invert in (False, True)),
    *(split({"String": "a"}, behavior, False) for behavior in BEHAVIORS), split({"String": ""}, "Isolated", False),
    *({"type": "Punctuation", "behavior": behavior} for behavior in BEHAVIORS),
    {"type": "Digits", "individual_digits": True}, {"type": "Digits", "individual_digits": False},
    *(byte_level(space, regex) for space in (True, False) for regex in (True, False)),
    *(metaspace(scheme, splits) for scheme in ("first", "always", "never") for splits in (True, False)),
    {"type": "WhitespaceSplit"}, {"type": "Whitespace"}, {"type": "BertPreTokenizer"}, {"type": "CharDelimiterSplit", "delimiter": "a"},
    {"type": "FixedLength", "length": 3},
    *({"type": "Sequence", "pretokenizers": [first, metaspace("first", True)]}
      for first in (split({"Regex": "^\\W+"}, "Removed", False), split({"String": " "}, "MergedWithNext", False), {"type": "WhitespaceSplit"})),
    {"type": "Sequence", "pretokenizers": [{"type": "Punctuation", "behavior": "Contiguous"}, byte_level(True, True), {"type": "Digits", "individual_digits": False}]},
]

TOKENS = [
    ["▁Hello", "▁,", "▁", "wor▁ld", "##ing", "</w>x", "y</w>", " do not", " n't"], ["<0xE4>", "<0xB8>", "<0xAD>", "a", "<0xFF>", "<0xEF>", "<0xBB>", "<0xBF>", "<0x4>"],
    ["Ġa", "Ċ", "ä¸Ń", "äĺ", "中", " <s>", "Ã"], ["a", "aa", " a ", "  ", "", "bab"], [" .", " ' ", "x ?", "##y", "z"],
]

DECODERS = [
    byte_level(True, True), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "BPEDecoder", "suffix": "</w>"},
    *(metaspace(scheme, True) for scheme in ("first", "always", "never")),
    *({"type": "WordPiece", "prefix": "##", "cleanup": cleanup} for cleanup in (True, False)),
    *({"type": "Strip", "content": content, "start": start, "stop": 0} for content, start in ((" ", 1), ("a", 2))),
    replace({"String": "▁"}, " "), replace({"Regex": "a+|\\s"}, "-"),
    {"type": "Sequence", "decoders": [replace({"String": "▁"}, " "), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
]

PATTERNS = [
    r"\s", r"\S+", r"\w+", r"\W", r"[\w]", r"[^\w\s]+", r"\d", r"\D+", r"\h+", r".", r"(?m:.)+", r"\N", r"\O{2}", r"^.", r".$", r"^", r"$", r"\A.", r".\z", r".\Z", r"\b", r"\B",
    r"\bx", r"\p{L}+", r"\p{Lu}", r"\P{L}", r"\p{^N}", r"\p{N}{1,3}", r"\p{N}{1,3}+", r"\p{Han}+", r"[[:punct:]]", r"[[:alpha:]]+", r"[[:^space:]]+", r"\p{Alnum}+",
    r"[a-c]+", r"[^a-c]", r"[\p{L}&&[^\p{Han}]]+", r"[^(\s|[.,!])]+", r"[]a]", r"[a\-c]", r"\x{61}", r"\u00e9", r"a*", r"a+?", r"a??", r"a{2}", r"a{2,}", r"a{,2}", r"a{1,2}?",
    r"a++a", r"a*+b", r"a?+a", r"(?>a+|aa)b", r"(?>a|aa)b", r"a|ab|aab", r"aab|a", r"(a|aa)+b", r"(?:a|b)*c", r"(a+)+$", r"(a|a)*b", r"(?:aa|a)(?:ab|b)?", r"x|", r"(?=a)", r"(?!a).",
    r"\s+(?!\S)", r"\s+(?!\S)|\s+", r"(?<=a).", r"(?<!\s)\S", r"(?<=\w|,)\s", r"(?i:s)", r"(?i:'s|'t)", r"(?i)K", r"(?i:[a-s])", r"a(?i)B|s", r"(?-i:a)", r"(?x: a  b )", r"\t|\r\n|\n",
    r"(?:(?:a{2}){1,2}){1,2}", r"(?=.*b)a", r"(?!.*y)\w", r"\.{2,3}", r"(?<w>a)b?", r"[.,]+(?=\s)|\s+",
]

ADDED = [
    ("word", {"single_word": True}), ("[M]", {"lstrip": True}), ("[R]", {"rstrip": True}), ("[B]", {"lstrip": True, "rstrip": True}), ("Abc", {"normalized": True}),
    ("<s>", {"special": True}), ("  ", {}), ("\n", {"rstrip": True}), ("<s><s>", {}), ("é", {"normalized": True, "single_word": True}),
]
ADDED_TEXTS = [
    "words word, aword word_x word.", "word", "wordéword", "x  [M]  y", "x  [R]  y[R]", "a [B]  [B] b", "abc Abc ABC xabcx", "<s><s><s>", "a    b", "\n\n\nx", " \n  \n", "é aé éa é",
    "word 中word", "[M][R] [B]", "  [M]", "<s> <s>", "word\u200d word\u0301", "",
]


def load(**parts):
    letters = [*string.printable, "▁", "é", "中", "\u0301"]
    model = {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {letter: i for i, letter in enumerate([*letters, "[UNK]"])}}
    empty = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
             "post_processor": None, "decoder": None, "model": model}
    tokenizer = {**empty, **parts}
    return tokenizer, Tokenizer.from_str(json.dumps(tokenizer))


def added(normalizer):
    """A tokenizer with ADDED that cuts the rest into characters."""
    flags = lambda own: {**dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False), **own}
    tokens = [{"id": 1000 + i, "content": content, **flags(own)} for i, (content, own) in enumerate(ADDED)]
    stored, tokenizer = load(added_tokens=tokens, normalizer=normalizer, pre_tokenizer={"type": "FixedLength", "length": 1})
    return {"tokenizerJson": stored, "ids": [tokenizer.encode(text).ids for text in ADDED_TEXTS]}


def words(pre_tokenizer):
    _, tokenizer = load(pre_tokenizer=pre_tokenizer)
    return [[word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)] if text else [] for text in TEXTS]


def main():
    golden = {
        "versions": {"tokenizers": tokenizers.__version__},
        "texts": TEXTS,
        "normalizers": [[one, [load(normalizer=one)[1].normalizer.normalize_str(text) for text in TEXTS]] for one in NORMALIZERS],
        "preTokenizers": [[one, words(one)] for one in PRE_TOKENIZERS],
        "tokens": TOKENS,
        "decoders": [[one, [load(decoder=one)[1].decoder.decode(tokens) for tokens in TOKENS]] for one in DECODERS],
        # Each match as a mark.
        "patterns": [[one, [normalizers.Replace(Regex(one), "\u241e").normalize_str(text) for text in TEXTS]] for one in PATTERNS],
        "addedTexts": ADDED_TEXTS,
        "added": [added(None), added({"type": "Lowercase"})],
    }
    text = json.dumps(golden, ensure_ascii=True, separators=(",", ":"))
    OUT.write_text(text + "\n")
    print(f"{OUT.name}: {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()
