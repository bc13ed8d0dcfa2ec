"""transformers' generate() with timing of each token."""

import time

import torch
from transformers.generation.streamers import BaseStreamer


class TokenClock(BaseStreamer):
    """Records when each token arrives, in seconds since the clock was created."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.times: list[float] = []
        self.prompt_is_next = True

    def put(self, value: torch.Tensor) -> None:
        # The first value is the prompt.
        if not self.prompt_is_next:
            self.times.append(time.perf_counter() - self.start)
        self.prompt_is_next = False

    def end(self) -> None:
        pass


def generate(model, ids: torch.Tensor, mask: torch.Tensor, task: dict, clock: TokenClock) -> torch.Tensor:
    """Generates `tokens` new tokens per row, greedily or sampled. No token ends a response."""
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    sampling = task.get("sampling")
    how = (
        {"do_sample": True, "temperature": sampling["temperature"], "top_p": sampling["topP"], "top_k": 0}
        if sampling
        else {"do_sample": False}
    )
    with torch.no_grad():
        return model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=task["tokens"], streamer=clock, **how
        )
