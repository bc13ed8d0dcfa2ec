"""The LoRA that a patch is held against: all linear layers, by default of rank 16, trained by PEFT with SFT.

    python peft_lora_train.py --model FOLDER|FILE.gguf --data pairs.jsonl --out DIR [--seed 0] [--steps 160]
      [--batch-size 8] [--learning-rate 2e-4] [--rank 16] [--format chat|text] [--max-response-tokens 64] [--threads 2]

The data are JSON Lines of {"prompt", "chosen"}, a prompt being a text or a conversation: the pairs that a patch is trained
on. The loss is the mean of -log π over the responses' tokens, with AdamW, a cosine schedule after a warm-up of a
twentieth, and gradients clipped at 1. Writes a PEFT adapter; prints each tenth loss, then one line of JSON:
{"parameters": trained numbers, "losses": […], "seconds": …}.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from peft_train import collate
from real_model import load_real_model, load_real_tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, get_cosine_schedule_with_warmup


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=160)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=2e-4)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--format", choices=["chat", "text"], default="chat")
    parser.add_argument("--max-response-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def load(options: argparse.Namespace):
    if options.model.suffix == ".gguf":
        task = {"path": options.model, "threads": options.threads, "dtype": "fp32"}
        return load_real_model(task), load_real_tokenizer(task)
    torch.set_num_threads(options.threads)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    return model, AutoTokenizer.from_pretrained(options.model)


def read_rows(options: argparse.Namespace, tokenizer) -> list[tuple[list[int], list[int]]]:
    """Ids of each prompt and its response. A response that is not cut ends with the end-of-sequence id."""

    def prompt_ids(prompt: str | list) -> list[int]:
        if isinstance(prompt, str) and options.format == "text":
            return tokenizer(prompt).input_ids
        turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        return tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)

    def response_ids(text: str) -> list[int]:
        ids = tokenizer(text, add_special_tokens=False).input_ids + [tokenizer.eos_token_id]
        return ids[: options.max_response_tokens]

    lines = [json.loads(line) for line in options.data.read_text("utf8").splitlines() if line.strip()]
    return [(prompt_ids(row["prompt"]), response_ids(row["chosen"])) for row in lines]


def batches(rows: int, size: int, draw: random.Random):
    """Yields indices of `size` rows, endlessly: all rows in random order, then again in another order."""
    left: list[int] = []
    while True:
        while len(left) < size:
            left += draw.sample(range(rows), rows)
        yield left[:size]
        del left[:size]


def main() -> None:
    options = arguments()
    torch.manual_seed(options.seed)
    base, tokenizer = load(options)
    rows = read_rows(options, tokenizer)
    # Twice the rank is the usual scale. "all-linear" means all linear layers except the output matrix.
    config = LoraConfig(
        task_type="CAUSAL_LM", r=options.rank, lora_alpha=2 * options.rank, target_modules="all-linear"
    )
    model = get_peft_model(base, config).train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=0.0)
    schedule = get_cosine_schedule_with_warmup(optimizer, max(1, options.steps // 20), options.steps)
    drawn = batches(len(rows), options.batch_size, random.Random(options.seed))
    start, losses = time.perf_counter(), []
    for step, batch in zip(range(1, options.steps + 1), drawn):
        optimizer.zero_grad()
        loss = model(**collate([rows[i] for i in batch]), use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 10 == 0 or step == options.steps:
            print(f"step {step}/{options.steps}  loss {losses[-1]:.4f}", flush=True)
    # Only the base's file name: a published adapter should not contain a path on this machine.
    model.peft_config["default"].base_model_name_or_path = options.model.name
    model.save_pretrained(options.out, save_embedding_layers=False)
    parameters = sum(parameter.numel() for parameter in trained)
    print(json.dumps({"parameters": parameters, "losses": losses, "seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
