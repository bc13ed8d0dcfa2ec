"""transformers' side of generate.ts: generate() on a left-padded batch."""

import time

import torch
from real_model import load_real_model
from serve_steps import serve_steps
from token_clock import TokenClock, generate


def prepare(task: dict):
    model = load_real_model(task)
    longest = max(map(len, task["ids"]))
    ids = torch.tensor([[0] * (longest - len(row)) + row for row in task["ids"]])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in task["ids"]])

    def step() -> dict:
        clock = TokenClock()
        out = generate(model, ids, mask, task, clock)
        seconds = time.perf_counter() - clock.start
        return {"seconds": seconds, "first": clock.times[0], "generated": out[:, longest:].tolist()}

    return step


if __name__ == "__main__":
    serve_steps(prepare)
