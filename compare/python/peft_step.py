"""PEFT's side of step.ts: the first line of input is a task, every further line requests a training step.

SFT is PEFT's own loss. DPO is the concatenated forward pass, with chosen and rejected in one batch, without the virtual
tokens' logits, and with logits only for the responses. Both sides get the reference's log-probabilities with the task.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy
import torch
from peft import PromptTuningConfig, get_peft_model
from serve_steps import serve_steps
from torch.nn.functional import cross_entropy, logsigmoid
from transformers import AutoConfig, AutoModelForCausalLM

SHAPES = Path(__file__).parents[1] / "speed"


def uniform(seed: int, length: int) -> numpy.ndarray:
    """Same as `uniform` in timing/synthetic-model.ts."""
    factor, shift = numpy.uint32(0x45D9F3B), numpy.uint32(16)
    x = numpy.arange(length, dtype=numpy.uint32) * numpy.uint32(0x9E3779B1)
    x += numpy.uint32(seed * 0x85EBCA6B % 2**32)
    x = (x ^ (x >> shift)) * factor
    x = (x ^ (x >> shift)) * factor
    return ((x ^ (x >> shift)) >> numpy.uint32(8)).astype(numpy.float32) / numpy.float32(2**24)


def matrix(seed: int, shape: torch.Size) -> torch.Tensor:
    values = (uniform(seed, shape.numel()) - numpy.float32(0.5)) * numpy.float32(0.0625)
    return torch.from_numpy(values).reshape(shape)


def synthetic_model(task: dict):
    shape = json.loads((SHAPES / f"{task.get('shape') or 'smollm2-135m'}.json").read_text())
    config = AutoConfig.for_model(**shape, use_cache=False)
    torch.set_default_dtype(torch.bfloat16 if task["precision"] == "bf16" else torch.float32)
    base = AutoModelForCausalLM.from_config(config)
    torch.set_default_dtype(torch.float32)
    with torch.no_grad():
        for index, (name, weight) in enumerate(sorted(base.named_parameters())):
            weight.copy_(torch.ones_like(weight) if "norm" in name else matrix(index, weight.shape))
    model = get_peft_model(
        base, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=task["prefixLength"])
    )
    prompt = model.prompt_encoder["default"].embedding.weight
    with torch.no_grad():
        prompt.copy_(matrix(5000, prompt.shape))
    return model.to(device_of(task)).train(), prompt


def device_of(task: dict) -> str:
    return task.get("torchDevice") or "cpu"


def sft_loss(model, task: dict):
    prompts, chosen = (torch.tensor(task[key], device=device_of(task)) for key in ("prompts", "chosen"))
    ids = torch.cat([prompts, chosen], 1)
    labels = torch.cat([torch.full_like(prompts, -100), chosen], 1)
    return lambda: model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss


def dpo_loss(model, task: dict):
    prompts = torch.tensor(task["prompts"], device=device_of(task))
    responses = torch.tensor(task["chosen"] + task["rejected"], device=device_of(task))
    ids = torch.cat([prompts.repeat(2, 1), responses], 1)
    beta, reference, length = task["beta"], task["referenceLogp"], responses.shape[1]

    def loss():
        # The last `length` + 1 positions; the very last one predicts nothing.
        out = model(input_ids=ids, attention_mask=torch.ones_like(ids), logits_to_keep=length + 1)
        logits = out.logits[:, :-1].flatten(0, 1).float()
        logps = -cross_entropy(logits, responses.flatten(), reduction="none").view(responses.shape).sum(1)
        chosen, rejected = (beta * (part - reference) for part in logps.chunk(2))
        return -logsigmoid(chosen - rejected).mean()

    return loss


def peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def prepare(task: dict):
    torch.set_num_threads(task["threads"])
    model, prompt = synthetic_model(task)
    loss_of = (sft_loss if task["objective"] == "sft" else dpo_loss)(model, task)
    optimizer = torch.optim.AdamW([prompt], lr=task["learningRate"], weight_decay=0.0)

    def step() -> dict:
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([prompt], 1.0)
        optimizer.step()
        value = loss.item()
        return {"seconds": time.perf_counter() - start, "loss": value, "peakMemory": peak_memory()}

    return step


if __name__ == "__main__":
    serve_steps(prepare)
