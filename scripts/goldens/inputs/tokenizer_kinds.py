"""How the tokenizers of real families are put together, on small vocabularies: everything but vocabulary and merges
as in the tokenizer.json that the family publishes. `model` names the vocabulary and gives the model's own options.
"""

from inputs.tokenizer_strings import WRITTEN

GPT2 = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BYTES = {**GPT2, "use_regex": False}
BYTE_DECODER = {**GPT2, "add_prefix_space": True}
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r"\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{REST}"
QWEN2 = LLAMA3.replace("{1,3}", "")
GPT4 = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
LEAD = r"[^\r\n\p{L}\p{N}]?"
TEKKEN = rf"{LEAD}{UPPER}*{LOWER}+|{LEAD}{UPPER}+{LOWER}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{REST}"
GPT4O = rf"{LEAD}{UPPER}*{LOWER}+{CONTRACTIONS}?|{LEAD}{UPPER}+{LOWER}*{CONTRACTIONS}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{REST}"
DEEPSEEK = (
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
)
KIMI = (
    r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": pattern if isinstance(pattern, dict) else {"Regex": pattern},
            "behavior": behavior, "invert": invert}


def sequence(name, *parts):
    return {"type": "Sequence", name: list(parts)}


def pre(*parts):
    return sequence("pretokenizers", *parts)


def replace(pattern, content):
    return {"type": "Replace", "pattern": pattern if isinstance(pattern, dict) else {"String": pattern}, "content": content}


def metaspace(scheme="always", split=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}


def token(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": True, **flags}


def runs(least, most, **flags):
    return [token(" " * n, special=False, normalized=True, **flags) for n in range(most, least - 1, -1)]


def template(before, after=()):
    special = lambda content: {"SpecialToken": {"id": content, "type_id": 0}}
    return {"type": "TemplateProcessing",
            "single": [*map(special, before), {"Sequence": {"id": "A", "type_id": 0}}, *map(special, after)]}


def byte_level(pre_tokenizer=GPT2, added=("<|endoftext|>",), normalizer=None, post=None, **options):
    return {"model": ("byteLevel", options), "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
            "decoder": BYTE_DECODER, "post_processor": post or {**GPT2, "trim_offsets": False},
            "added": [token(one) if isinstance(one, str) else one for one in added]}


def pieces(normalizer, pre_tokenizer, decoders, added=("<unk>", "<s>", "</s>"), post=template(["<s>"]), **options):
    return {"model": ("pieces", {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True, **options}),
            "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post,
            "decoder": sequence("decoders", replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}, *decoders),
            "added": [token(one) if isinstance(one, str) else one for one in added]}


LEGACY = sequence("normalizers", {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁"))
STRIP = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
NFC = {"type": "NFC"}
GEMMA = dict(normalizer=replace(" ", "▁"), pre_tokenizer=split({"String": " "}, "MergedWithPrevious"), decoders=[],
             post=template(["<bos>"]))
GEMMA_ADDED = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>",
               *(token("\n" * n, special=False) for n in (2, 3, 4)), *(token("▁" * n, special=False) for n in (2, 3, 8)),
               token("<table>", special=False)]
BERT_ADDED = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def bert(lowercase, strip_accents=None):
    return {"model": ("words", {"unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}),
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                           "strip_accents": strip_accents, "lowercase": lowercase},
            "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": template(["[CLS]"], ["[SEP]"]),
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}, "added": [token(one) for one in BERT_ADDED]}


def unigram(normalizer, pre_tokenizer, added, post, decoder=metaspace(), **options):
    return {"model": ("unigram", options), "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
            "post_processor": post, "decoder": decoder,
            "added": [token(one) if isinstance(one, str) else one for one in added]}


CHARACTER_MAP = {"type": "Precompiled", "precompiled_charsmap": "CHARACTER_MAP"}
ROBERTA = {"type": "RobertaProcessing", "sep": ["</s>", 0], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False}
LLAMA3_ADDED = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
CHAT_ML = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
THINK = [token(one, special=False) for one in ("<tool_call>", "</tool_call>", "<think>", "</think>")]


def bos(content):
    return sequence("processors", {**GPT2, "trim_offsets": False}, template([content]))


KINDS = {
    "gpt2": byte_level(added=[token("<|endoftext|>", normalized=True)]),
    "opt": byte_level(added=[token("</s>", normalized=True), token("<pad>", normalized=True)], post=template(["</s>"])),
    "phi-2": byte_level(added=["<|endoftext|>", *runs(2, 16), *(token("\t" * n, special=False, normalized=True) for n in (3, 2))]),
    "pythia": byte_level(added=["<|endoftext|>", "<|padding|>", *runs(2, 12)], normalizer=NFC),
    "mpt": byte_level(added=["<|endoftext|>", "<|padding|>", *runs(2, 9)], normalizer=NFC),
    "olmo-1": byte_level(added=["<|endoftext|>", token("|||IP_ADDRESS|||", special=False, normalized=True), *runs(4, 6)], normalizer=NFC),
    "starcoder2": byte_level(pre({"type": "Digits", "individual_digits": True}, GPT2), ["<|endoftext|>", "<fim_prefix>", "<fim_suffix>"]),
    "granite-3": byte_level(pre({"type": "Digits", "individual_digits": True}, GPT2), ["<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>"]),
    "smollm2": byte_level(pre({"type": "Digits", "individual_digits": True}, GPT2), CHAT_ML),
    "smollm3": byte_level(pre(split(LLAMA3), BYTES), [*LLAMA3_ADDED, *THINK, "<|im_end|>"], post=bos("<|begin_of_text|>"), ignore_merges=True),
    "command-r": byte_level(pre({"type": "Digits", "individual_digits": True}, GPT2), ["<BOS_TOKEN>", "<|START_OF_TURN_TOKEN|>"],
                            normalizer=NFC, post=template(["<BOS_TOKEN>"])),
    "falcon": byte_level(pre({"type": "Punctuation", "behavior": "Contiguous"}, GPT2, {"type": "Digits", "individual_digits": False},
                             split("[0-9][0-9][0-9]")), ["<|endoftext|>", ">>TITLE<<", ">>QUESTION<<"]),
    "bloom": byte_level(pre(split(" ?[^(\\s|[.,!?…。，、।۔،])]+"), BYTES), ["<unk>", "<s>", "</s>", "<pad>"], unk_token="<unk>"),
    "llama-3": byte_level(pre(split(LLAMA3), BYTES), LLAMA3_ADDED, post=bos("<|begin_of_text|>"), ignore_merges=True),
    "qwen2": byte_level(pre(split(QWEN2), BYTES), CHAT_ML, normalizer=NFC, continuing_subword_prefix="", end_of_word_suffix=""),
    "qwen3": byte_level(pre(split(QWEN2), BYTES), [*CHAT_ML, *THINK], normalizer=NFC),
    "qwen3.5": byte_level(pre(split(QWEN2.replace(r"]?\p{L}+", r"]?[\p{L}\p{M}]+").replace(r"[^\s\p{L}", r"[^\s\p{L}\p{M}")), BYTES),
                          [*CHAT_ML, *THINK], normalizer=NFC),
    "mistral-nemo": byte_level(pre(split(TEKKEN), BYTES), ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"], post=template(["<s>"]), ignore_merges=True),
    "gpt-oss": byte_level(pre(split(GPT4O), BYTES), ["<|endoftext|>", "<|start|>", "<|channel|>", "<|message|>"], ignore_merges=False),
    "olmo-2": byte_level(pre(split(GPT4), BYTES), ["<|endoftext|>", token("|||EMAIL_ADDRESS|||", special=False)]),
    "granite-4": byte_level(pre(split(GPT4), BYTES), ["<|end_of_text|>", "<|start_of_role|>"], post=None),
    "phi-4": byte_level(pre(split(LLAMA3), BYTES), [token("<|endoftext|>", lstrip=True, rstrip=True), token("<|im_start|>", lstrip=True, rstrip=True),
                                                     token("<|im_end|>", lstrip=True, rstrip=True)]),
    "glm-4": byte_level(pre(split(LLAMA3), BYTES), ["<|endoftext|>", "[gMASK]", "<sop>", token("<|user|>", special=False)],
                        post=template(["[gMASK]", "<sop>"])),
    "deepseek-llm": byte_level(pre(split("[\r\n]"), split("\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-Ֆ]+"),
                                   split("\\s?[!-/:-~！-／：-～‘-‟　-。]+"), split("\\s+$"), split("[一-龥ࠀ-一가-퟿]+"),
                                   {"type": "Digits", "individual_digits": True}, BYTES), ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"],
                               post=bos("<｜begin▁of▁sentence｜>")),
    "deepseek-v3": byte_level(pre(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK), BYTES),
                              ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", token("<｜User｜>", special=False)], post=bos("<｜begin▁of▁sentence｜>")),
    "kimi-k2": byte_level(pre(split(KIMI), BYTES), ["[BOS]", "[EOS]", "<|im_end|>"]),
    "roberta": byte_level(added=["<s>", "<pad>", "</s>", "<unk>", token("<mask>", lstrip=True)], post=ROBERTA),
    "clip": {**byte_level(pre(split(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", "Removed", True), {**BYTES, "add_prefix_space": False}),
                          ["<|startoftext|>", token("<|endoftext|>", normalized=True)],
                          normalizer=sequence("normalizers", NFC, replace({"Regex": "\\s+"}, " "), {"type": "Lowercase"}),
                          post=template(["<|startoftext|>"], ["<|endoftext|>"]), unk_token="<|endoftext|>")},
    "llama-2": pieces(LEGACY, None, [STRIP]),
    "llama-1": pieces(LEGACY, None, [STRIP], added=[token(one, normalized=True) for one in ("<unk>", "<s>", "</s>")]),
    "llama-2 not legacy": pieces(None, metaspace("first", False), [STRIP]),
    "mistral-7b": pieces(LEGACY, None, [STRIP], added=["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]"]),
    "phi-3": pieces(LEGACY, None, [STRIP], added=["<unk>", "<s>", token("</s>", rstrip=True), "<|endoftext|>",
                                                  *(token(one, rstrip=True) for one in ("<|assistant|>", "<|user|>", "<|end|>"))]),
    "code-llama": pieces(LEGACY, None, [STRIP], added=["<unk>", "<s>", "</s>", *(token(one, special=False) for one in ("▁<PRE>", "▁<EOT>"))]),
    "gemma-2": pieces(added=GEMMA_ADDED, **GEMMA),
    "gemma-1": pieces(added=GEMMA_ADDED[:6], **{**GEMMA, "pre_tokenizer": None}),
    "gemma-3": pieces(added=[*GEMMA_ADDED, "<start_of_image>", token("[multimodal]", special=False)], **GEMMA, ignore_merges=False),
    "t5": unigram(CHARACTER_MAP, pre({"type": "WhitespaceSplit"}, metaspace()), ["<pad>", "</s>", "<unk>", token("<extra_id_0>", lstrip=True, rstrip=True)],
                  template([], ["</s>"])),
    "flan-ul2": unigram(sequence("normalizers", CHARACTER_MAP, replace({"Regex": " {2,}"}, "▁")), metaspace(), ["<pad>", "</s>", "<unk>"], template([], ["</s>"])),
    "xlm-r": unigram(CHARACTER_MAP, pre({"type": "WhitespaceSplit"}, metaspace()), ["<s>", "<pad>", "</s>", "<unk>", token("<mask>", lstrip=True)],
                     template(["<s>"], ["</s>"])),
    "albert": unigram(sequence("normalizers", replace("``", '"'), replace("''", '"'), {"type": "NFKD"}, {"type": "StripAccents"},
                               {"type": "Lowercase"}, CHARACTER_MAP), pre({"type": "WhitespaceSplit"}, metaspace()), ["<pad>", "<unk>", "[CLS]", "[SEP]"],
                      template(["[CLS]"], ["[SEP]"])),
    "rwkv-like with bytes": unigram({"type": "Nmt"}, metaspace("never", False), ["<unk>"], None,
                                    sequence("decoders", {"type": "ByteFallback"}, {"type": "Fuse"}, replace("▁", " ")), byte_fallback=True),
    "bert": bert(True),
    "bert cased": bert(False, False),
    "gpt-1": {"model": ("suffixed", {"unk_token": "<unk>", "end_of_word_suffix": "</w>"}), "normalizer": bert(True)["normalizer"],
              "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
              "post_processor": None, "added": [token("<unk>")]},
    "word level": {"model": ("levels", {"unk_token": "[UNK]"}), "normalizer": {"type": "Strip", "strip_left": True, "strip_right": True},
                   "pre_tokenizer": {"type": "Whitespace"}, "decoder": None, "post_processor": None,
                   "added": [token("[UNK]"), token("word", single_word=True, special=False, normalized=True)]},
}


def more_strings():
    """Special tokens of the kinds within text, and what their normalizers and splits turn upon."""
    contents = sorted({one["content"] for kind in KINDS.values() for one in kind["added"]} - {" " * n for n in range(20)})
    texts = [
        *(f"a {content}  b{content}" for content in contents),
        "words word, aword word_x word.", "x  <mask> , y<mask>", "``quoted'' text", "ΑΣ Σ ΌΔΟΣ", "ﬁﬂ ™ ① ㍿", "ａｂｃ　ｄ", "e\u0301a\u030a",
        "IT'S it'ſ KELVIN \u212a", "no\u00a0break\u2003em\u180emvs", "\ufeffbom \ufeff", "next\u0085line", "a" * 30 + "!", "1234567 12 1,234.5",
        "def f():\n        return\t\tx", "漢字かなカナ한글 中文abc", "x\u200by\u200c", " ".join(WRITTEN[40:52]),
    ]
    return texts[:70]
