"""PEFT's side of overhead.ts: the base model, with a rank-16 LoRA on all its projections, and with that LoRA merged."""

from copy import deepcopy
from itertools import count

import torch
from peft import LoraConfig, get_peft_model
from real_model import load_real_model
from serve_steps import serve_steps
from token_clock import TokenClock, generate

PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def prepare(task: dict):
    base = load_real_model(task)
    # Random, because PEFT's default initialization makes a LoRA that changes nothing.
    config = LoraConfig(task_type="CAUSAL_LM", r=16, target_modules=PROJECTIONS, init_lora_weights=False)
    unmerged = get_peft_model(deepcopy(base), config).eval()
    merged = deepcopy(unmerged).merge_and_unload().eval()
    models = [base, unmerged, merged]
    rounds = count()

    def step() -> list[dict]:
        turn = next(rounds)
        prompts = len(task["ids"])
        ids = torch.tensor([task["ids"][turn % prompts]])
        times = {}
        # Each model goes first equally often on every prompt.
        for start in range(len(models)):
            index = (turn // prompts + start) % len(models)
            clock = TokenClock()
            generate(models[index], ids, torch.ones_like(ids), task, clock)
            first, last = clock.times[0], clock.times[-1]
            times[index] = {"first": first, "further": (last - first) / (task["tokens"] - 1)}
        return [times[index] for index in range(len(models))]

    return step


if __name__ == "__main__":
    serve_steps(prepare)
