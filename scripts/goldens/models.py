"""Tiny random models in the Hugging Face layout, and what transformers computes with them.

Writes packages/core/test/goldens/models/<name>/{config.json, model.safetensors, logits.safetensors} and
models/ids.json, the [2, 24] token ids that every model's `logits` [2, 24, 97] float32 belong to.
`llama-sharded` holds the weights of `llama-tied` in several files; its logits are those of `llama-tied`.
"""

import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, Qwen2Config

GOLDENS = Path(__file__).resolve().parents[2] / "packages/core/test/goldens"
MODELS = GOLDENS / "models"
SHAPE = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
}

# Wavelengths 6.3, 30, 140 and 664 tokens against the bounds 16 and 64: one frequency is kept, one
# interpolated, two divided, so each branch of the scaling is taken.
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LLAMA3_THETA = 500.0

CONFIGS = {
    "llama": LlamaConfig(**SHAPE, num_hidden_layers=3, rms_norm_eps=1e-5, tie_word_embeddings=False),
    "llama-tied": LlamaConfig(**SHAPE, num_hidden_layers=2, rms_norm_eps=1e-5, tie_word_embeddings=True),
    "llama3-scaled": LlamaConfig(
        **SHAPE,
        num_hidden_layers=2,
        rms_norm_eps=1e-5,
        tie_word_embeddings=False,
        rope_parameters={**LLAMA3_ROPE, "rope_theta": LLAMA3_THETA},
    ),
    "qwen2": Qwen2Config(
        **SHAPE,
        num_hidden_layers=2,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
    ),
    "llama-bias": LlamaConfig(**SHAPE, num_hidden_layers=1, tie_word_embeddings=True, attention_bias=True),
    "llama-mlp-bias": LlamaConfig(**SHAPE, num_hidden_layers=2, tie_word_embeddings=True, mlp_bias=True, head_dim=10),
}


def randomize(model: torch.nn.Module, seed: int) -> None:
    """Weights large enough that attention is far from uniform and no norm or bias is trivial."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name:
                parameter.copy_(1 + 0.2 * noise)
            elif "embed" in name:
                parameter.copy_(0.5 * noise)
            else:
                parameter.copy_(0.25 * noise)


def save(model: torch.nn.Module, name: str, **options: str) -> None:
    model.save_pretrained(MODELS / name, **options)
    (MODELS / name / "generation_config.json").unlink()


def load(name: str, folder: Path | None = None) -> torch.nn.Module:
    """A saved tiny model, float32, eager attention."""
    return AutoModelForCausalLM.from_pretrained(
        folder or MODELS / name, dtype=torch.float32, attn_implementation="eager"
    ).eval()


def logits_of(model: torch.nn.Module, ids: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model(ids).logits


def legacy_config(config: dict) -> dict:
    """The same configuration as transformers 4 wrote it."""
    legacy = {key: value for key, value in config.items() if key not in ("rope_parameters", "dtype")}
    legacy |= {
        "rope_theta": LLAMA3_THETA,
        "rope_scaling": LLAMA3_ROPE,
        "torch_dtype": "float32",
        "transformers_version": "4.46.0",
    }
    return dict(sorted(legacy.items()))


def check_legacy(expected: torch.Tensor, ids: torch.Tensor) -> None:
    """Both styles of configuration must mean the same arithmetic to transformers itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = MODELS / "llama3-scaled"
        (folder / "config.json").write_bytes((source / "config-legacy.json").read_bytes())
        (folder / "model.safetensors").write_bytes((source / "model.safetensors").read_bytes())
        assert AutoConfig.from_pretrained(folder).rope_parameters["rope_type"] == "llama3"
        torch.testing.assert_close(logits_of(load("legacy", folder), ids), expected, rtol=0, atol=0)


def main() -> None:
    ids = torch.randint(3, SHAPE["vocab_size"], (2, 24), generator=torch.Generator().manual_seed(7))
    MODELS.mkdir(parents=True, exist_ok=True)
    (MODELS / "ids.json").write_text(json.dumps(ids.tolist()) + "\n")
    for seed, (name, config) in enumerate(CONFIGS.items()):
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
        randomize(model, seed)
        save(model, name)
        if name == "llama-tied":
            save(model, "llama-sharded", max_shard_size="40KB")
        logits = logits_of(load(name), ids)
        save_file({"logits": logits.contiguous()}, MODELS / name / "logits.safetensors")
        print(f"{name}: logits {tuple(logits.shape)}, standard deviation {logits.std():.3f}")

    config = json.loads((MODELS / "llama3-scaled/config.json").read_text())
    (MODELS / "llama3-scaled/config-legacy.json").write_text(json.dumps(legacy_config(config), indent=2) + "\n")
    scaled = logits_of(load("llama3-scaled"), ids)
    check_legacy(scaled, ids)
    unscaled = load("llama3-scaled")
    unscaled.model.rotary_emb = type(unscaled.model.rotary_emb)(
        LlamaConfig(**SHAPE, rope_parameters={"rope_type": "default", "rope_theta": LLAMA3_THETA})
    )
    difference = (logits_of(unscaled, ids) - scaled).abs().max().item()
    assert difference > 0.1, f"the RoPE scaling must matter at the positions tested, not {difference}"
    torch.testing.assert_close(
        logits_of(load("llama-sharded"), ids), logits_of(load("llama-tied"), ids), rtol=0, atol=0
    )


if __name__ == "__main__":
    main()
