"""LoRA adapters of every kind that is merged, and what PEFT merges them to.

Writes packages/core/test/goldens/lora-adapters/: for each adapter its folder as `save_pretrained` leaves it, merged.json
with its base (a folder of goldens/models) and which PEFT and transformers made it, and merged.safetensors with the logits
[T, V] float32 of the merged model at `ids` under the adapter's name.
"""

import json
import shutil
import warnings
from importlib.metadata import version

import torch
from models import MODELS, load
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

FOLDER = MODELS.parent / "lora-adapters"
QUERY = ["q_proj"]

# name: (base, fields of LoraConfig, rows of the vocabulary if it is resized, whether merging keeps the logits)
ADAPTERS = {
    "all-linear": ("llama", {"target_modules": "all-linear", "use_rslora": True}, None, True),
    "pattern-targets": ("llama", {"target_modules": r".*\.(1|2)\.mlp\.(up|down)_proj"}, None, True),
    "chosen-layers": (
        "llama",
        {"target_modules": ["q_proj", "down_proj"], "layers_to_transform": [0, 2], "layers_pattern": "layers"},
        None,
        True,
    ),
    "excluded": (
        "llama",
        {"target_modules": ["q_proj", "k_proj"], "exclude_modules": r"model\.layers\.1\..*", "fan_in_fan_out": True},
        None,
        True,
    ),
    "patterns": (
        "llama",
        {
            "target_modules": ["q_proj", "v_proj"],
            "rank_pattern": {r"layers\.0\.self_attn\.q_proj": 3, "^model.layers.1.self_attn.v_proj": 1},
            "alpha_pattern": {"v_proj": 5},
        },
        None,
        True,
    ),
    "dora": ("llama", {"target_modules": ["o_proj", "up_proj"], "use_dora": True}, None, True),
    "dora-embeddings": ("llama", {"target_modules": ["embed_tokens", "lm_head"], "use_dora": True}, None, True),
    "embeddings": ("llama", {"target_modules": ["embed_tokens", "lm_head", "q_proj"]}, None, True),
    # A change of one of two tied matrices is a change of both once it is merged, of which PEFT warns.
    "tied-embeddings": ("llama-tied", {"target_modules": ["embed_tokens", "q_proj"]}, None, False),
    "tied-output": ("llama-tied", {"target_modules": ["lm_head"]}, None, False),
    "lora-bias": ("llama-bias", {"target_modules": ["q_proj", "o_proj"], "lora_bias": True}, None, True),
    "bias": ("llama-bias", {"target_modules": QUERY, "bias": "all"}, None, True),
    "whole-modules": (
        "llama",
        {"target_modules": QUERY, "modules_to_save": ["lm_head", "norm", "layers.1.mlp.gate_proj"]},
        None,
        True,
    ),
    # Trained whole, one of two tied matrices is a matrix of its own.
    "untied-embeddings": ("llama-tied", {"target_modules": QUERY, "modules_to_save": ["embed_tokens"]}, None, True),
    "untied-output": ("llama-tied", {"target_modules": QUERY, "modules_to_save": ["lm_head"]}, None, True),
    "kept-tied": (
        "llama-tied",
        {"target_modules": QUERY, "modules_to_save": ["embed_tokens"], "ensure_weight_tying": True},
        None,
        True,
    ),
    "trained-tokens": ("llama-tied", {"target_modules": QUERY, "trainable_token_indices": [3, 96, 5]}, None, True),
    "trained-tokens-by-module": (
        "llama",
        {"target_modules": QUERY, "trainable_token_indices": {"embed_tokens": [1, 3], "lm_head": [2, 90]}},
        None,
        True,
    ),
    "resized": ("llama", {"target_modules": QUERY}, 101, True),
    "resized-tied": ("llama-tied", {"target_modules": QUERY}, 101, True),
    "resized-tokens": ("llama-tied", {"target_modules": QUERY, "trainable_token_indices": [97, 98]}, 101, True),
    "resized-whole": (
        "llama",
        {"target_modules": QUERY, "modules_to_save": ["embed_tokens", "lm_head"]},
        101,
        True,
    ),
}


def base_model(name: str, rows: int | None) -> torch.nn.Module:
    model = load(name)
    if rows:
        model.resize_token_embeddings(rows, mean_resizing=False)
    return model


def train(model: torch.nn.Module, seed: int) -> None:
    """Moves what is trained as far as a training would, and further."""
    generator = torch.Generator().manual_seed(seed)
    for _, parameter in sorted(model.named_parameters()):
        if parameter.requires_grad:
            parameter.data += 0.2 * torch.randn(parameter.shape, generator=generator)


def main() -> None:
    warnings.filterwarnings("ignore")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    ids = json.loads((MODELS / "ids.json").read_text())[0][:8]
    logits, bases = {}, {}
    for seed, (name, (base, fields, rows, keeps)) in enumerate(ADAPTERS.items()):
        torch.manual_seed(seed)
        config = LoraConfig(**{"r": 2, "lora_alpha": 3, "task_type": "CAUSAL_LM"} | fields)
        model = get_peft_model(base_model(base, rows), config).eval()
        train(model, seed)
        with torch.no_grad():
            adapted = model(torch.tensor([ids])).logits[0]
        model.peft_config["default"].base_model_name_or_path = "tiny"
        model.save_pretrained(FOLDER / name, save_embedding_layers=True if rows else "auto")
        (FOLDER / name / "README.md").unlink(missing_ok=True)
        # From the files, so that nothing counts that is not in them.
        merged = PeftModel.from_pretrained(base_model(base, rows), FOLDER / name).merge_and_unload()
        with torch.no_grad():
            logits[name] = merged(torch.tensor([ids])).logits[0].contiguous()
            unadapted = base_model(base, rows)(torch.tensor([ids])).logits[0]
        same = torch.allclose(logits[name], adapted, atol=1e-4)
        assert same == keeps, f"{name}: merged as adapted {same}"
        assert (logits[name] - unadapted).abs().max() > 0.05, f"{name} changes too little to be seen"
        bases[name] = base
        print(f"{name}: {len(load_file(FOLDER / name / 'adapter_model.safetensors'))} tensors")
    save_file(logits, FOLDER / "merged.safetensors")
    made = {package: version(package).split("+")[0] for package in ("peft", "transformers", "torch")}
    record = {"versions": made, "ids": ids, "bases": bases}
    (FOLDER / "merged.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
