"""Every field of the families' configuration classes, changed one by one, and what transformers makes of it.

Writes packages/core/test/goldens/config-fields.json: for each family its base (a folder of goldens/models), the fields of
its class with their defaults, and for each change of config.json the outcome: `same` logits, other `logits` [V] after `ids`
(six digits), an `error`, or `made-up` where weights that the file does not have were filled with random numbers.

A family to come adds a row to FAMILIES; a field to come stops this script until it has values to try.
"""

import dataclasses
import json
import shutil
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import torch
from models import LLAMA3_ROPE, MODELS
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config

FAMILIES = {"llama": LlamaConfig, "qwen2": Qwen2Config}
THETA = {"rope_theta": 10000.0}
LINEAR = {"rope_type": "linear", "factor": 4.0, **THETA}

# Values to try by field; a dictionary under a name of no field is a change of several.
COMMON = {
    "vocab_size": [98],
    "hidden_size": [48],
    "intermediate_size": [80],
    "num_hidden_layers": [1, 4, 1_000_000],
    "num_attention_heads": [2, 8, 3],
    "num_key_value_heads": [4, 1, None],
    "head_dim": [16, 4, 8],
    "hidden_act": ["gelu", "relu", "gelu_pytorch_tanh", "swish"],
    "max_position_embeddings": [512],
    "initializer_range": [0.5],
    "rms_norm_eps": [0.1],
    "use_cache": [False],
    "pad_token_id": [0],
    "bos_token_id": [5, None],
    "eos_token_id": [5, [2, 5]],
    "pretraining_tp": [2],
    "tie_word_embeddings": [True, False],
    "rope_parameters": [
        None,
        {"rope_type": "default", "rope_theta": 500.0},
        LINEAR,
        {**LINEAR, "factor": 0.5},
        {**LLAMA3_ROPE, "rope_theta": 500.0},
        {**{k: v for k, v in LLAMA3_ROPE.items() if k != "original_max_position_embeddings"}, "rope_theta": 500.0},
        {"rope_type": "dynamic", "factor": 2.0, **THETA},
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, **THETA},
        {"rope_type": "longrope", "factor": 4.0, "original_max_position_embeddings": 16, **THETA}
        | {"short_factor": [1.0] * 4, "long_factor": [2.0] * 4},
        {"rope_type": "linear", **THETA},
        {"rope_type": "llama3", "factor": 4.0, **THETA},
        {"rope_type": "default", "partial_rotary_factor": 0.5, **THETA},
        {**LINEAR, "partial_rotary_factor": 0.5},
        {"full_attention": LINEAR},
        {"rope_type": "default", "factor": 4.0, **THETA},
    ],
    # As transformers 4 wrote them; rope_scaling goes before rope_parameters.
    "rope_theta": [500.0],
    "rope_scaling": [{"type": "linear", "factor": 4.0}, {"rope_type": "linear", "type": "dynamic", "factor": 4.0}, {}],
    "original_max_position_embeddings": [64],
    "attention_bias": [True, False],
    "attention_dropout": [0.5],
    "mlp_bias": [True, False],
    "transformers_version": ["9.9.9"],
    "architectures": [["SomeForSequenceClassification"]],
    "output_hidden_states": [True],
    "output_attentions": [True],
    "return_dict": [True],
    "dtype": ["bfloat16"],
    "torch_dtype": ["float16"],
    "chunk_size_feed_forward": [4],
    "is_encoder_decoder": [True],
    "id2label": [{"0": "a", "1": "b", "2": "c"}],
    "label2id": [{"a": 0, "b": 1, "c": 2}],
    "problem_type": ["regression"],
    "per_layer_config": [{"0": {"intermediate_size": 32}}],
    "is_causal": [False],
    "llama3, its context beside it": [
        {"rope_parameters": {**LLAMA3_ROPE, "rope_theta": 500.0}, "original_max_position_embeddings": 32}
    ],
    "numbers that are none": [{"num_hidden_layers": -1}, {"hidden_size": 32.5}, {"vocab_size": "97"}],
    "numbers out of range": [{"rms_norm_eps": "x"}, {"num_key_value_heads": 3}, {"head_dim": 7}],
}
WINDOW = {"use_sliding_window": True, "sliding_window": 4}
BY_FAMILY = {
    "llama": {},
    "qwen2": {
        "use_sliding_window": [True],
        "sliding_window": [4, None],
        "max_window_layers": [0, 1],
        "layer_types": [["full_attention"] * 2, ["full_attention", "sliding_attention"], ["full_attention"]],
        "a window": [
            {**WINDOW, "max_window_layers": 0},
            {**WINDOW, "max_window_layers": 1},
            {**WINDOW, "max_window_layers": 2},
            {**WINDOW, "max_window_layers": 0, "layer_types": ["full_attention"] * 2},
            {**WINDOW, "layer_types": ["full_attention", "sliding_attention"]},
            {"use_sliding_window": True, "sliding_window": 4096, "max_window_layers": 0},
            {"use_sliding_window": True, "sliding_window": None, "max_window_layers": 0},
        ],
    },
}


def plain(value):
    return value if isinstance(value, (int, float, str, list, dict, type(None))) else str(value)


def defaults(cls) -> dict:
    return {field.name: plain(field.default) for field in dataclasses.fields(cls)}


def changes(family: str) -> list[dict]:
    tried = COMMON | BY_FAMILY[family]
    missing = set(defaults(FAMILIES[family])) - set(tried)
    assert not missing, f"fields of {family} with no values to try: {missing}"
    result = []
    for name, values in tried.items():
        result += [value if " " in name else {name: value} for value in values]
    return result


def outcome(folder: Path, config: dict, ids: torch.Tensor, base: torch.Tensor | None) -> dict:
    (folder / "config.json").write_text(json.dumps(config))
    if config["num_hidden_layers"] > 100:
        return {"outcome": "made-up"}
    try:
        model, info = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
        )
        with torch.no_grad():
            logits = model.eval()(ids).logits[0, -1]
    except Exception as error:
        return {"outcome": "error", "error": type(error).__name__}
    if info["missing_keys"] or info["mismatched_keys"]:
        return {"outcome": "made-up"}
    if base is not None and torch.allclose(logits, base, atol=1e-5):
        return {"outcome": "same"}
    return {"outcome": "logits", "logits": [float(f"{x:.6g}") for x in logits.tolist()]}


def main() -> None:
    warnings.filterwarnings("ignore")
    ids = json.loads((MODELS / "ids.json").read_text())[0]
    made = {package: version(package).split("+")[0] for package in ("transformers", "torch")}
    families = {}
    for family, cls in FAMILIES.items():
        base = json.loads((MODELS / family / "config.json").read_text())
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(MODELS / family / "model.safetensors", folder)
            reference = torch.tensor(outcome(folder, base, torch.tensor([ids]), None)["logits"])
            cases = [
                {"change": change} | outcome(folder, base | change, torch.tensor([ids]), reference)
                for change in changes(family)
            ]
        families[family] = {"fields": defaults(cls), "cases": cases}
        counts = {kind: sum(case["outcome"] == kind for case in cases) for kind in ("same", "logits", "error", "made-up")}
        print(f"{family}: {len(families[family]['fields'])} fields, {counts}")
    record = {"versions": made, "ids": ids, "families": families}
    file = MODELS.parent / "config-fields.json"
    file.write_text(json.dumps(record, separators=(",", ":")).replace('{"change"', '\n{"change"') + "\n")


if __name__ == "__main__":
    main()
