"""Logits of a tiny Llama behind prefixes that stand side by side, as transformers computes them.

Writes packages/core/test/goldens/prefix-parts.json: parts with their weights, prompts, and the logits after each
prompt. The model is goldens/peft/model, which peft-patch.py makes. Every part sees itself alone, from position 0; tokens
begin after the longest part and see all, with log w added to their attention logits of a part of weight w.
"""

import json
import math
import platform
from pathlib import Path

import torch
import transformers
from transformers import LlamaForCausalLM

GOLDENS = Path(__file__).resolve().parents[2] / "packages/core/test/goldens"
LENGTHS = [4, 7, 2]
WEIGHTS = [1.0, 0.3, 2.5]


def logits(model: LlamaForCausalLM, parts: list[torch.Tensor], prompt: list[int]) -> list[float]:
    embedded = model.get_input_embeddings()(torch.tensor([prompt]))
    inputs = torch.cat([part[None] for part in parts] + [embedded], dim=1)
    front = sum(len(part) for part in parts)
    span = max(len(part) for part in parts)
    positions = [i for part in parts for i in range(len(part))] + [span + i for i in range(len(prompt))]
    mask = torch.full((inputs.shape[1], inputs.shape[1]), torch.finfo(torch.float32).min)
    start = 0
    for part, weight in zip(parts, WEIGHTS):
        for i in range(len(part)):
            mask[start + i, start : start + i + 1] = 0
        mask[front:, start : start + len(part)] = math.log(weight)
        start += len(part)
    for i in range(len(prompt)):
        mask[front + i, front : front + i + 1] = 0
    with torch.no_grad():
        output = model(
            inputs_embeds=inputs, attention_mask=mask[None, None], position_ids=torch.tensor([positions]), use_cache=False
        )
    return [float(f"{x:.7g}") for x in output.logits[0, -1].tolist()]


def main() -> None:
    model = LlamaForCausalLM.from_pretrained(GOLDENS / "peft/model", attn_implementation="eager").eval()
    torch.manual_seed(23)
    parts = [torch.randn(length, model.config.hidden_size) for length in LENGTHS]
    prompts = [torch.randint(3, 97, (2 + 3 * i,)).tolist() for i in range(6)]
    golden = {
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
        "parts": [
            {"length": len(part), "weight": weight, "embeddings": part.flatten().tolist()}
            for part, weight in zip(parts, WEIGHTS)
        ],
        "prompts": prompts,
        "logits": [logits(model, parts, prompt) for prompt in prompts],
    }
    (GOLDENS / "prefix-parts.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
