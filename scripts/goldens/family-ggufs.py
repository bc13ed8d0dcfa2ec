"""What llama.cpp's converter makes of tiny models of every family: its metadata, and which rows of which matrix go where.

    git clone https://github.com/ggml-org/llama.cpp && git -C llama.cpp checkout 0c1e57098bba43ac29e6e3b677cdceebdd22334f
    python scripts/goldens/family-ggufs.py --llama-cpp llama.cpp [--keep FOLDER]

The models are those of families.py, whose weights are a function of their names, so that a GGUF file is told by where its values
come from. Each file that the converter writes is read back, and each of its tensors is found in the checkpoint again: the same
tensor, with its rows in another order, transposed, or with 1 added. What is in no checkpoint (factors of RoPE) is kept whole.

Writes packages/core/test/goldens/family-ggufs.json: for each case `metadata` ([key, type, value, type of elements]), `tensors`
([name, dimensions, name in the checkpoint, what was done], `*` for the number of a layer), `crc` of all data in that order, token
ids, and transformers' log-probabilities of each next token for the checkpoint. With --keep the files stay in a folder.
"""

import argparse
import hashlib
import json
import logging
import sys
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from families import FAMILIES, IDS, LAYERS4, LONG, YARN, build, numbers
from safetensors.numpy import save_file

COMMIT = "0c1e57098bba43ac29e6e3b677cdceebdd22334f"
# SHA-256 of the files of its folder `conversion`, one after another in the order of their names.
CONVERTER = "fd33ffd6aca6c4fca562bb802d41e419c31ff7a2a9fdc35206d4801c0bd316aa"
FILE = Path(__file__).resolve().parents[2] / "packages/core/test/goldens/family-ggufs.json"

LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 100.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 48,
}
LINEAR = {"rope_type": "linear", "factor": 2.0, "rope_theta": 100.0}
PHI_LONG = {**LONG, "short_factor": [1.5], "long_factor": [2.0], "partial_rotary_factor": 0.5}
GEMMA3_ROPES = {
    "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000.0},
    "sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
}
# Family, what is changed of it, and how its checkpoint is: `fields` of config.json that the converter asks for and transformers 5
# no longer gives it, tensors it is `without`, the model of text and images that it is part of (`within`), and what the file must
# be `refused` for, as it lacks something or can be understood in two ways. Left out is what the converter does not write, such as
# windows of Mistral and Qwen, or layer types other than the usual.
CASES: list[tuple[str, dict, dict]] = [
    ("llama", {}, {}),
    ("llama", {"mlp_bias": True, "attention_bias": True, "head_dim": 6}, {}),
    ("llama", {"head_dim": 16, "tie_word_embeddings": True, "rope_parameters": YARN}, {}),
    ("llama", {"head_dim": 16, "rope_parameters": {**YARN, "beta_fast": 2.0, "beta_slow": 0.5}}, {}),
    ("llama", {"rope_parameters": {**YARN, "attention_factor": 0.7}}, {"refused": "rope.scaling.yarn_attn_factor"}),
    ("llama", FAMILIES["llama"][2][4], {"refused": "rope_factors_short.weight"}),
    ("llama", {"head_dim": 16, "rope_parameters": LLAMA3}, {}),
    ("llama", {"rope_parameters": LINEAR}, {}),
    ("mistral", {"sliding_window": None}, {}),
    ("mistral", {"sliding_window": None, "head_dim": 6}, {"within": "mistral3"}),
    ("qwen2", {}, {}),
    ("qwen2", {"rope_parameters": YARN}, {"without": ".bias"}),
    ("qwen3", {}, {}),
    ("qwen3", {"attention_bias": True, "tie_word_embeddings": True}, {}),
    ("gemma", {}, {}),
    ("gemma", {"num_key_value_heads": 1, "attention_bias": True}, {}),
    ("gemma2", {**LAYERS4, "query_pre_attn_scalar": 8, "attn_logit_softcapping": 2.0, "final_logit_softcapping": 1.5}, {}),
    ("gemma2", {"num_hidden_layers": 46, "query_pre_attn_scalar": 4}, {}),
    ("gemma3_text", {"num_hidden_layers": 7, "query_pre_attn_scalar": 8, "rope_parameters": GEMMA3_ROPES}, {}),
    ("gemma3_text", {"num_hidden_layers": 6, "query_pre_attn_scalar": 8, "final_logit_softcapping": 2.0}, {}),
    ("gemma3_text", {"num_hidden_layers": 62, "query_pre_attn_scalar": 4}, {}),
    ("gemma3_text", {"num_hidden_layers": 6, "query_pre_attn_scalar": 8}, {"within": "gemma3"}),
    ("cohere", {}, {}),
    ("cohere", {"use_qk_norm": True, "attention_bias": True, "logit_scale": 0.5}, {}),
    ("cohere2", {"num_hidden_layers": 5}, {"fields": {"rotary_pct": 1.0}}),
    ("phi3", {"sliding_window": 4}, {}),
    ("phi3", {"rope_parameters": PHI_LONG, "original_max_position_embeddings": 32, "tie_word_embeddings": True}, {}),
    ("smollm3", {"num_hidden_layers": 5}, {}),
    ("smollm3", {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True}, {}),
    ("olmo2", {}, {}),
    ("olmo2", {"attention_bias": True, "rope_parameters": YARN}, {}),
    *[("granite", change, {}) for change in FAMILIES["granite"][2]],
    *[("stablelm", change, {}) for change in FAMILIES["stablelm"][2]],
    ("gpt_neox", {}, {"fields": {"rotary_pct": 0.25}}),
    ("gpt_neox", {"use_parallel_residual": False}, {"fields": {"rotary_pct": 0.25}}),
    ("gpt2", {}, {"fields": {"n_ctx": 64}}),
]

VISION = {
    "gemma3": ("Gemma3ForConditionalGeneration", {"model_type": "siglip_vision_model"}),
    "mistral3": ("Mistral3ForConditionalGeneration", {"model_type": "pixtral"}),
}
LANGUAGE = "language_model."


def digest(folder: Path) -> str:
    sha = hashlib.sha256()
    for file in sorted((folder / "conversion").glob("*.py")):
        sha.update(file.read_bytes())
    return sha.hexdigest()


def token_of(i: int) -> str:
    return chr(33 + i)


def set_vocab(converter) -> None:
    """In place of a tokenizer's files, which have nothing to do with weights: single characters, and one merge."""
    writer, count = converter.gguf_writer, converter.hparams["vocab_size"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*(token_of(i) for i in range(count - 1)), token_of(0) + token_of(1)])
    writer.add_token_types([1] * count)
    writer.add_token_merges([f"{token_of(0)} {token_of(1)}"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def checkpoint_of(model: torch.nn.Module, without: str | None, within: str | None) -> dict[str, np.ndarray]:
    tensors = {}
    for name, parameter in model.named_parameters():
        if without and name.endswith(without):
            with torch.no_grad():
                parameter.zero_()
        else:
            tensors[(LANGUAGE if within else "") + name] = parameter.detach().float().numpy()
    return tensors


def config_of(model: torch.nn.Module, within: str | None) -> dict:
    text = json.loads(model.config.to_json_string())
    if within is None:
        return text | {"architectures": [type(model).__name__]}
    architecture, vision = VISION[within]
    text.pop("architectures", None)
    return {"model_type": within, "architectures": [architecture], "text_config": text, "vision_config": vision}


def convert(folder: Path, fields: dict, out: Path) -> None:
    from conversion import ModelType, get_model_architecture, get_model_class
    from conversion.base import ModelBase
    from gguf import LlamaFileType

    hparams = ModelBase.load_hparams(folder, is_mistral_format=False) | fields
    made = get_model_class(get_model_architecture(hparams, ModelType.TEXT))
    with torch.inference_mode():
        converter = made(folder, LlamaFileType.ALL_F32, out, eager=True, hparams=hparams)
        inner = getattr(converter, "impl", converter)
        type(inner).set_vocab = set_vocab
        converter.write()


def exact(value):
    if isinstance(value, list):
        return [exact(one) for one in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def metadata_of(reader) -> Iterator[list]:
    architecture = reader.fields["general.architecture"].contents()
    for key, field in reader.fields.items():
        if key == "general.architecture" or key.startswith(f"{architecture}."):
            yield [key, field.types[0].value, exact(field.contents()), *[one.value for one in field.types[1:]]]


def source_of(values: np.ndarray, checkpoint: dict[str, np.ndarray]) -> tuple[str, dict] | None:
    """The tensor of the checkpoint that has the rows of a GGUF's, and what was done to it."""
    rows = values.reshape(values.shape[0], -1)
    for name, tensor in checkpoint.items():
        if tensor.size != values.size:
            continue
        for transposed in (False, True)[: tensor.ndim]:
            for plus in (0, 1):
                stored = (tensor.T if transposed else tensor).reshape(rows.shape) + np.float32(plus)
                place = {row.tobytes(): i for i, row in enumerate(stored)}
                order = [place.get(row.tobytes()) for row in rows]
                same = np.array_equal(rows, stored)
                if not same and (None in order or len(set(order)) < len(order)):
                    continue
                done = {"transposed": transposed, "plus": plus, "rows": 0 if same else order}
                return name, {key: value for key, value in done.items() if value}
    return None


def tensors_of(reader, checkpoint: dict[str, np.ndarray]) -> dict[str, list]:
    """By name, [dimensions, name in the checkpoint, what was done]."""
    tensors = {}
    for tensor in reader.tensors:
        dims = [int(size) for size in tensor.shape]
        values = np.array(tensor.data).reshape(dims[::-1])
        found = source_of(values, checkpoint)
        if found is None:
            if not tensor.name.startswith("rope_"):
                raise ValueError(f"{tensor.name} is no rearranged tensor of the checkpoint")
            found = ("", {"values": exact([float(value) for value in values])})
        tensors[tensor.name] = [dims, *found]
    return tensors


def by_layer(tensors: dict[str, list], layers: int) -> list[list]:
    """Layers as one: all are alike but for their number."""

    def numbered(of: str, layer: int) -> str:
        return of.replace(f".{layer}.", ".*.", 1)

    first = {numbered(name, 0): [dims, numbered(source, 0), done] for name, (dims, source, done) in tensors.items()}
    for layer in range(layers):
        own = {name: entry for name, entry in tensors.items() if name.startswith(f"blk.{layer}.")}
        same = {numbered(name, layer): [dims, numbered(source, layer), done] for name, (dims, source, done) in own.items()}
        if same != {name: entry for name, entry in first.items() if "*" in name}:
            raise ValueError(f"layer {layer} differs from the first")
    return [[name, *entry] for name, entry in first.items() if not name.startswith("blk.") or "*" in name]


def crc_of(reader, entries: list[list], layers: int) -> int:
    data = {tensor.name: np.ascontiguousarray(tensor.data).tobytes() for tensor in reader.tensors}
    crc = 0
    for name, *_ in entries:
        for layer in range(layers if "*" in name else 1):
            crc = zlib.crc32(data.pop(name.replace("*", str(layer))), crc)
    if data:
        raise ValueError(f"no entries for {list(data)}")
    return crc


def case_of(family: str, change: dict, how: dict, out: Path) -> dict:
    from gguf import GGUFReader

    without, within = how.get("without"), how.get("within")
    model = build(family, FAMILIES[family][1] | change)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = config_of(model, within)
        checkpoint = checkpoint_of(model, without, within)
        (folder / "config.json").write_text(json.dumps(config))
        vocabulary = {token_of(i): i for i in range(model.config.vocab_size)}
        (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}, "added_tokens": []}))
        save_file(checkpoint, folder / "model.safetensors")
        convert(folder, how.get("fields", {}), out)
    reader = GGUFReader(out)
    layers = model.config.num_hidden_layers
    entries = by_layer(tensors_of(reader, {key.removeprefix(LANGUAGE): one for key, one in checkpoint.items()}), layers)
    ids = torch.tensor([[(7 * i * i + 3 * i + 5) % model.config.vocab_size for i in range(IDS)]])
    with torch.no_grad():
        logps = model(ids).logits.log_softmax(-1)[0, :-1].gather(-1, ids[0, 1:, None])[:, 0]
    return {
        **{"family": family, **how, "change": change, "layers": layers, "metadata": list(metadata_of(reader))},
        **{"tensors": entries, "crc": crc_of(reader, entries, layers), "ids": ids[0].tolist(), "logps": numbers(logps)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama-cpp", type=Path, required=True)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if digest(options.llama_cpp) != CONVERTER:
        sys.exit(f"{options.llama_cpp} is not llama.cpp at {COMMIT}: its converter's digest is {digest(options.llama_cpp)}")
    # Its own gguf-py goes before the installed one, which another part may have imported.
    for name in [name for name in sys.modules if name.split(".")[0] == "gguf"]:
        del sys.modules[name]
    sys.path.insert(0, str(options.llama_cpp.resolve()))
    sys.path.insert(0, str(options.llama_cpp.resolve() / "gguf-py"))
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    cases = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for i, case in enumerate(CASES):
            cases.append(case_of(*case, folder / f"{i}-{case[0]}.gguf"))
    made = {package: version(package).split("+")[0] for package in ("transformers", "torch")}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    FILE.write_text(f'{{"versions":{json.dumps(made | {"llama.cpp": COMMIT})},"cases":[\n{lines}\n]}}\n')
    print(f"{len(cases)} cases; {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
