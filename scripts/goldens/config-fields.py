"""Every field of the families' configuration classes, changed one by one, and what transformers makes of it.

Writes packages/core/test/goldens/config-fields.json: for each family its base configuration, the names and shapes of the tensors
of its checkpoint (their values are a function of both: `weight_of` of families.py), the fields of its class with their defaults,
and for each change of config.json the outcome: `same` logits, other `logits` after `ids` (the first of them less the mean of all,
six digits), an `error`, or `made-up` where weights that the file does not have were filled with random numbers. A field that is
changed to "(absent)" is left out.

A family to come adds a row to FAMILIES; a field to come stops this script until it has values to try.
"""

import dataclasses
import json
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import torch
import transformers
from families import FAMILIES as CLASSES
from families import weight_of
from models import GOLDENS, LLAMA3_ROPE, SHAPE
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ABSENT = "(absent)"
KEPT = 16
IDS = [int(7 * i * i + 3 * i + 5) % SHAPE["vocab_size"] for i in range(20)]
# Sizes that would be those of a released model, and what a file cannot lack.
NEVER_ABSENT = {"vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"}
NEVER_ABSENT |= {"n_embd", "n_layer", "n_head", "n_inner", "model_type", "pad_token_id"}

TINY = SHAPE | {"num_hidden_layers": 2}
NEOX = {key: value for key, value in TINY.items() if key != "num_key_value_heads"}
GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256, "vocab_size": 97, "bos_token_id": 1, "eos_token_id": 2}
GEMMA = {"head_dim": 12, "pad_token_id": None}
FAMILIES = {
    "llama": TINY,
    "mistral": TINY | {"sliding_window": 6},
    "qwen2": TINY | {"tie_word_embeddings": True},
    "qwen3": TINY | {"head_dim": 12},
    "gemma": TINY | GEMMA,
    "gemma2": TINY | GEMMA | {"query_pre_attn_scalar": 6, "sliding_window": 6, "attn_logit_softcapping": 3.0},
    "gemma3_text": TINY | GEMMA | {"query_pre_attn_scalar": 6, "sliding_window": 6, "layer_types": ["sliding_attention", "full_attention"]},
    "cohere": TINY | {"pad_token_id": None},
    "cohere2": TINY | {"pad_token_id": None, "sliding_window": 6, "layer_types": ["sliding_attention", "full_attention"]},
    "phi3": TINY | {"pad_token_id": None, "original_max_position_embeddings": 256},
    "smollm3": TINY | {"pad_token_id": None, "no_rope_layers": [1, 0]},
    "olmo2": TINY,
    "granite": TINY | {"embedding_multiplier": 2.0, "residual_multiplier": 0.5, "logits_scaling": 2.0, "attention_multiplier": 0.25},
    "stablelm": TINY | {"partial_rotary_factor": 0.5},
    "gpt_neox": NEOX,
    "gpt2": GPT2,
}
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
        {"rope_type": "yarn", "factor": 4.0, "attention_factor": 0.9, "beta_fast": 8, "beta_slow": 2, "truncate": False, **THETA}
        | {"original_max_position_embeddings": 16},
        {"rope_type": "yarn", "factor": 4.0, "mscale": 0.7, "mscale_all_dim": 0.5, **THETA},
        {"rope_type": "longrope", "factor": 4.0, "original_max_position_embeddings": 64, **THETA}
        | {"short_factor": [1.0, 1.5, 2.0, 2.0], "long_factor": [2.0] * 4},
        {"rope_type": "longrope", "original_max_position_embeddings": 64, **THETA}
        | {"short_factor": [1.0, 1.5, 2.0, 2.0], "long_factor": [2.0] * 4},
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
SLIDING = ["full_attention", "sliding_attention"]
WINDOWS = {
    "sliding_window": [4, None, 4096, 0],
    "layer_types": [["full_attention"] * 2, SLIDING, ["sliding_attention"] * 2, ["full_attention"], None],
}
QWEN = {
    "use_sliding_window": [True],
    **WINDOWS,
    "max_window_layers": [0, 1],
    "a window": [
        {**WINDOW, "max_window_layers": 0},
        {**WINDOW, "max_window_layers": 1},
        {**WINDOW, "max_window_layers": 2},
        {**WINDOW, "max_window_layers": 0, "layer_types": ["full_attention"] * 2},
        {**WINDOW, "layer_types": SLIDING},
        {"use_sliding_window": True, "sliding_window": 4096, "max_window_layers": 0},
        {"use_sliding_window": True, "sliding_window": None, "max_window_layers": 0},
    ],
}
BIDIRECTIONAL = {"use_bidirectional_attention": [True, False]}
GEMMA_FIELDS = BIDIRECTIONAL | {"hidden_activation": ["silu", "gelu", "gelu_pytorch_tanh", "tanh"]}
GEMMA2_FIELDS = {
    **GEMMA_FIELDS,
    **WINDOWS,
    "query_pre_attn_scalar": [16, 256],
    "attn_logit_softcapping": [2.0, None],
    "final_logit_softcapping": [2.0, None],
}
COHERE = {"logit_scale": [0.5, None], "layer_norm_eps": [0.1]}
PARTIAL = [{"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": part} for part in (1.0, 0.5, 0.3)]
BY_FAMILY = {
    "llama": {},
    "mistral": WINDOWS,
    "qwen2": QWEN,
    "qwen3": QWEN,
    "gemma": GEMMA_FIELDS,
    "gemma2": GEMMA2_FIELDS,
    "gemma3_text": GEMMA2_FIELDS
    | {
        "sliding_window_pattern": [1, 2],
        "rope_local_base_freq": [500.0],
        "by layer type": [
            {"rope_parameters": {"full_attention": LINEAR, "sliding_attention": {"rope_type": "default", "rope_theta": 500.0}}},
            {"rope_parameters": {"full_attention": {"rope_type": "default"}}},
            {"rope_parameters": ABSENT, "rope_theta": 500.0, "rope_local_base_freq": 300.0},
            {"rope_parameters": ABSENT, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
            {"layer_types": ABSENT, "sliding_window_pattern": 2},
            {"layer_types": ABSENT},
        ],
    },
    "cohere": COHERE | {"use_qk_norm": [True, False]},
    "cohere2": COHERE | WINDOWS | {"sliding_window_pattern": [1, 2], "a pattern": [{"layer_types": ABSENT, "sliding_window_pattern": 2}]},
    "phi3": WINDOWS
    | {
        "resid_pdrop": [0.1],
        "embd_pdrop": [0.1],
        "partial_rotary_factor": [0.5],
        "parts of a head": [{"rope_parameters": one} for one in PARTIAL]
        + [{"rope_scaling": {"type": "longrope", "short_factor": [1.0] * 3, "long_factor": [2.0] * 4}}],
    },
    "smollm3": WINDOWS
    | {
        "use_sliding_window": [True],
        "no_rope_layers": [[1, 1], [0, 1], [1]],
        "no_rope_layer_interval": [2],
        "layers without positions": [
            {"no_rope_layers": ABSENT},
            {"no_rope_layers": ABSENT, "no_rope_layer_interval": 2},
            {"no_rope_layers": [0, 1], **WINDOW},
            {**WINDOW, "layer_types": SLIDING},
        ],
    },
    "olmo2": {},
    "granite": {
        name: [3.0, 1.0] for name in ("embedding_multiplier", "residual_multiplier", "logits_scaling", "attention_multiplier")
    },
    "stablelm": {
        "layer_norm_eps": [0.1],
        "use_qkv_bias": [True],
        "qk_layernorm": [True],
        "use_parallel_residual": [True],
        "hidden_dropout": [0.1],
        "partial_rotary_factor": [0.25, 1.0],
        "parts of a head": [{"rope_parameters": one} for one in PARTIAL],
    },
    "gpt_neox": {
        "layer_norm_eps": [0.1],
        "use_parallel_residual": [False],
        "hidden_dropout": [0.1],
        "classifier_dropout": [0.1],
        "is_decoder": [True],
        "rotary_pct": [0.5],
        "rotary_emb_base": [500.0],
        "parts of a head": [{"rope_parameters": one} for one in PARTIAL]
        + [{"rope_parameters": ABSENT, "rotary_pct": 0.5}, {"rope_parameters": ABSENT, "rotary_emb_base": 500}],
    },
    "gpt2": {
        "n_embd": [48],
        "n_layer": [1, 4],
        "n_head": [2, 3],
        "n_positions": [512],
        "n_inner": [80],
        "n_ctx": [32],
        "activation_function": ["gelu", "relu", "gelu_pytorch_tanh", "tanh"],
        "layer_norm_epsilon": [0.1],
        "attn_pdrop": [0.5],
        "resid_pdrop": [0.5],
        "embd_pdrop": [0.5],
        "summary_type": ["mean"],
        "summary_use_proj": [False],
        "summary_activation": ["tanh"],
        "summary_proj_to_labels": [False],
        "summary_first_dropout": [0.5],
        "scale_attn_weights": [False],
        "scale_attn_by_inverse_layer_idx": [True],
        "reorder_and_upcast_attn": [True],
        "add_cross_attention": [True],
    },
}
# Names that GPT-2's class has for fields of the others, where a file that has both contradicts itself.
OWN_NAMES = {"gpt2": {"hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings", "numbers that are none"}}


def class_of(family: str):
    return getattr(transformers, CLASSES[family][0])


def plain(value):
    return value if isinstance(value, (int, float, str, list, dict, type(None))) else str(value)


def defaults(cls) -> dict:
    return {field.name: plain(field.default) for field in dataclasses.fields(cls)}


def changes(family: str, base: dict) -> list[dict]:
    tried = {name: values for name, values in (COMMON | BY_FAMILY[family]).items() if name not in OWN_NAMES.get(family, ())}
    missing = set(defaults(class_of(family))) - set(tried)
    assert not missing, f"fields of {family} with no values to try: {missing}"
    result = []
    for name, values in tried.items():
        result += [value if " " in name else {name: value} for value in values]
    return result + [{name: ABSENT} for name in base if name not in NEVER_ABSENT]


def changed(base: dict, change: dict) -> dict:
    return {name: value for name, value in (base | change).items() if value != ABSENT}


def outcome(folder: Path, config: dict, ids: torch.Tensor, base: torch.Tensor | None) -> dict:
    (folder / "config.json").write_text(json.dumps(config))
    if int(config.get("num_hidden_layers") or 0) > 100:
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
    centred = logits - logits.mean()
    return {"outcome": "logits", "logits": [float(f"{x:.6g}") for x in centred.tolist()[:KEPT]], "all": logits}


def main() -> None:
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    ids = torch.tensor([IDS])
    made = {package: version(package).split("+")[0] for package in ("transformers", "torch")}
    families = {}
    for family, fields in FAMILIES.items():
        model = AutoModelForCausalLM.from_config(class_of(family)(**fields), attn_implementation="eager").float()
        own = {name for name, _ in model.named_parameters()}
        weights = {name: weight_of(name, tuple(tensor.shape)).float() for name, tensor in model.named_parameters() if name in own}
        base = json.loads(model.config.to_json_string()) | {"architectures": [type(model).__name__]}
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
            reference = outcome(folder, base, ids, None)["all"]
            cases = [
                {"change": change} | outcome(folder, changed(base, change), ids, reference)
                for change in changes(family, base)
            ]
        for case in cases:
            case.pop("all", None)
        tensors = {name: list(tensor.shape) for name, tensor in weights.items()}
        families[family] = {"base": base, "tensors": tensors, "fields": defaults(class_of(family)), "cases": cases}
        counts = {kind: sum(case["outcome"] == kind for case in cases) for kind in ("same", "logits", "error", "made-up")}
        print(f"{family}: {len(families[family]['fields'])} fields, {counts}", flush=True)
    record = {"versions": made, "ids": IDS, "families": families}
    file = GOLDENS / "config-fields.json"
    file.write_text(json.dumps(record, separators=(",", ":")).replace('{"change"', '\n{"change"') + "\n")


if __name__ == "__main__":
    main()
