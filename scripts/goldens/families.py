"""Tiny random models of every family, and what transformers computes with them; no weights are kept.

Writes packages/core/test/goldens/families.json: for each case its config.json, token ids, and of them the log-probabilities of
each next token, and with them behind a prefix, as PEFT's prompt tuning has it in front of the embeddings: those again, and the
gradient of their sum with respect to the prefix. Weights are a function of their name and place (`weight_of`), which
packages/core/test/models/hashed-weights.ts computes too.

The first cases of a family are chosen, one for each of its ideas; the others are drawn at random, with the seed 0.
"""

import json
import random
import warnings
import zlib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM

FILE = Path(__file__).resolve().parents[2] / "packages/core/test/goldens/families.json"
IDS = 20
PREFIX = 5
RANDOM = 200

SIZES = {
    "vocab_size": 61,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": None,
}
GPT2 = {"n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 64, "vocab_size": 61, "bos_token_id": 1, "eos_token_id": 2}
NEOX = {key: value for key, value in SIZES.items() if key != "num_key_value_heads"}
LAYERS4 = {"num_hidden_layers": 4}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "rope_theta": 100.0}
LONG = {
    "rope_type": "longrope",
    "rope_theta": 100.0,
    "short_factor": [1.0, 1.5],
    "long_factor": [2.0, 3.0],
}

# Configuration class; what every case has beside SIZES; the chosen cases.
FAMILIES = {
    "llama": (
        "LlamaConfig",
        SIZES,
        [
            {},
            {"mlp_bias": True, "attention_bias": True, "head_dim": 6, "hidden_act": "gelu"},
            {"tie_word_embeddings": True, "rope_parameters": YARN},
            {"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 100.0}, "hidden_act": "relu"},
            {"rope_parameters": {**LONG, "original_max_position_embeddings": 32}, "max_position_embeddings": 64},
        ],
    ),
    "mistral": ("MistralConfig", SIZES, [{"sliding_window": None}, {"sliding_window": 4}, {"head_dim": 6}]),
    "qwen2": ("Qwen2Config", SIZES, [{}, {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1}]),
    "qwen3": ("Qwen3Config", SIZES | {"head_dim": 6}, [{}, {"attention_bias": True, "tie_word_embeddings": True}]),
    "gemma": ("GemmaConfig", SIZES | {"head_dim": 8}, [{}, {"num_key_value_heads": 1, "hidden_act": "gelu"}]),
    "gemma2": (
        "Gemma2Config",
        SIZES | {"head_dim": 8, "query_pre_attn_scalar": 6, "sliding_window": 4},
        [
            {"attn_logit_softcapping": 2.0, "final_logit_softcapping": 1.5},
            {"attn_logit_softcapping": None, "final_logit_softcapping": None, "attention_bias": True},
        ],
    ),
    "gemma3_text": (
        "Gemma3TextConfig",
        SIZES | {"head_dim": 8, "query_pre_attn_scalar": 6, "sliding_window": 4},
        [
            {"layer_types": ["sliding_attention", "full_attention"]},
            {**LAYERS4, "num_hidden_layers": 6, "final_logit_softcapping": 2.0},
            {
                "layer_types": ["full_attention", "sliding_attention"],
                "rope_parameters": {
                    "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000.0},
                    "sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
                },
            },
        ],
    ),
    "cohere": ("CohereConfig", SIZES, [{}, {"use_qk_norm": True, "attention_bias": True, "logit_scale": 0.5}]),
    "cohere2": ("Cohere2Config", SIZES | {"sliding_window": 4}, [LAYERS4, {"logit_scale": 2.0, "attention_bias": True}]),
    "phi3": (
        "Phi3Config",
        SIZES,
        [
            {"sliding_window": 4},
            {
                "rope_parameters": {**LONG, "short_factor": [1.5], "long_factor": [2.0], "partial_rotary_factor": 0.5},
                "original_max_position_embeddings": 32,
            },
        ],
    ),
    "smollm3": (
        "SmolLM3Config",
        SIZES | LAYERS4,
        [{}, {"no_rope_layers": [1, 0, 0, 1], "use_sliding_window": True, "sliding_window": 4}, {"no_rope_layer_interval": 2}],
    ),
    "olmo2": ("Olmo2Config", SIZES, [{}, {"attention_bias": True}]),
    "granite": (
        "GraniteConfig",
        SIZES,
        [
            {"embedding_multiplier": 3.0, "residual_multiplier": 0.5, "logits_scaling": 4.0, "attention_multiplier": 0.25},
            {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True},
        ],
    ),
    "stablelm": (
        "StableLmConfig",
        SIZES | {"hidden_size": 32},
        [{}, {"use_qkv_bias": True, "use_parallel_residual": True, "partial_rotary_factor": 0.5}],
    ),
    "gpt_neox": (
        "GPTNeoXConfig",
        NEOX | {"hidden_size": 32},
        [{}, {"use_parallel_residual": False, "attention_bias": False, "hidden_act": "gelu_new"}],
    ),
    "gpt2": ("GPT2Config", GPT2, [{}, {"n_inner": 40, "scale_attn_weights": False, "activation_function": "relu"}]),
}


def weight_of(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Values from −1/2 to 1/2 by name and place (the finalizer of MurmurHash3), around 1 for norms' weights of one dimension."""
    count = int(np.prod(shape))
    x = np.arange(count, dtype=np.uint32) + np.uint32(zlib.crc32(name.encode()))
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    x ^= x >> np.uint32(16)
    values = x.astype(np.float64) / 2**32 - 0.5
    is_norm = "norm" in name or "ln_" in name
    values = values * 0.4 + (1 if is_norm and name.endswith("weight") else 0) if len(shape) == 1 or is_norm else values
    return torch.tensor(values.astype(np.float32)).double().reshape(shape)


def build(name: str, config: dict) -> torch.nn.Module:
    made = getattr(transformers, FAMILIES[name][0])(**config)
    model = AutoModelForCausalLM.from_config(made, attn_implementation="eager").double().eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            parameter.copy_(weight_of(key, tuple(parameter.shape)))
    return model


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]


def measured(name: str, config: dict) -> dict:
    model = build(name, config)
    vocabulary = model.config.vocab_size
    ids = torch.tensor([[(7 * i * i + 3 * i + 5) % vocabulary for i in range(IDS)]])
    with torch.no_grad():
        plain = model(ids).logits.log_softmax(-1)
    embedded = model.get_input_embeddings()(ids).detach()
    prefix = weight_of("prefix", (PREFIX, embedded.shape[-1])).requires_grad_()
    logits = model(inputs_embeds=torch.cat([prefix[None], embedded], 1)).logits[:, PREFIX:]
    patched = logits.log_softmax(-1)[0, :-1].gather(-1, ids[0, 1:, None])[:, 0]
    patched.sum().backward()
    with torch.no_grad():
        start = torch.cat([prefix[None], embedded[:, :6]], 1)
        greedy: list[int] = []
        while len(greedy) < 12:
            best = int(model(inputs_embeds=start).logits[0, -1].argmax())
            greedy.append(best)
            start = torch.cat([start, model.get_input_embeddings()(torch.tensor([[best]]))], 1)
    saved = json.loads(model.config.to_json_string())
    return {
        "config": saved,
        "ids": ids[0].tolist(),
        "logps": numbers(plain[0, :-1].gather(-1, ids[0, 1:, None])[:, 0]),
        "patched": numbers(patched),
        "gradient": numbers(prefix.grad),
        "greedy": greedy,
    }


def drawn(name: str, chance: random.Random) -> dict:
    """A configuration of a family at random: heads, groups, widths, windows, patterns of layers, ties, biases."""
    _, base, chosen = FAMILIES[name]
    config = dict(base) | (chance.choice(chosen) if chance.random() < 0.7 else {})
    heads, group = chance.choice([(2, 1), (4, 2), (4, 1), (6, 3), (3, 1)]), chance.choice([1, 2])
    size = chance.choice([4, 8])
    if name == "gpt2":
        return config | {"n_head": heads[0], "n_embd": heads[0] * size, "n_layer": chance.choice([1, 2, 3])}
    width = heads[0] * size * (2 if name in ("stablelm", "gpt_neox") else 1)
    layers = chance.choice([1, 2, 3, 5])
    config |= {"num_attention_heads": heads[0], "hidden_size": width, "num_hidden_layers": layers}
    config |= {"intermediate_size": chance.choice([16, 40]), "vocab_size": chance.choice([61, 90])}
    if name != "gpt_neox":
        config["num_key_value_heads"] = heads[1] if group == 1 else heads[0]
    config["tie_word_embeddings"] = chance.random() < 0.5
    if "head_dim" in config:
        config["head_dim"] = chance.choice([4, 6, 10])
    if config.get("sliding_window"):
        config["sliding_window"] = chance.choice([2, 5, 9])
    if "layer_types" in config or (name in ("gemma2", "gemma3_text", "cohere2") and chance.random() < 0.5):
        config["layer_types"] = [chance.choice(["full_attention", "sliding_attention"]) for _ in range(layers)]
    if "no_rope_layers" in config:
        config["no_rope_layers"] = [chance.choice([0, 1]) for _ in range(layers)]
    parameters = config.get("rope_parameters")
    if isinstance(parameters, dict) and "short_factor" in parameters:
        del config["rope_parameters"]
    return config


def main() -> None:
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    chance = random.Random(0)
    cases = [
        {"family": name, **measured(name, base | change)}
        for name, (_, base, chosen) in FAMILIES.items()
        for change in chosen
    ]
    count = len(cases)
    refused = 0
    names = list(FAMILIES)
    while len(cases) < count + RANDOM:
        name = names[len(cases) % len(names)]
        config = drawn(name, chance)
        try:
            case = measured(name, config)
        except (ValueError, RuntimeError, KeyError, TypeError, AssertionError) as error:
            refused += 1
            print(f"{name}: transformers refuses {config}: {error}"[:200])
            continue
        # Random ones are checked by a few numbers.
        kept = {key: case[key] for key in ("config", "ids", "logps")}
        kept["gradient"] = case["gradient"][:: max(1, len(case["gradient"]) // 16)]
        cases.append({"family": name, "random": True, **kept})
    made = {package: version(package).split("+")[0] for package in ("transformers", "torch")}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    FILE.write_text(f'{{"versions":{json.dumps(made)},"prefix":{PREFIX},"cases":[\n{lines}\n]}}\n')
    print(f"{count} chosen cases, {RANDOM} random ones, {refused} refused by transformers; {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
