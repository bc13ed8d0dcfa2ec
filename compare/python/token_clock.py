"""transformers' generate() with a watch on the tokens as they come."""

import time

import torch
from transformers.generation.streamers import BaseStreamer


class TokenClock(BaseStreamer):
    """Notes when each token comes, in seconds since it was made."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.times: list[float] = []
        self.prompt_is_next = True

    def put(self, value: torch.Tensor) -> None:
        # What is put first is the prompt.
        if not self.prompt_is_next:
            self.times.append(time.perf_counter() - self.start)
        self.prompt_is_next = False

    def end(self) -> None:
        pass


def generate(model, ids: torch.Tensor, mask: torch.Tensor, task: dict, clock: TokenClock) -> torch.Tensor:
    """`tokens` new tokens for each row, greedily or sampled; no token ends a response."""
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
