"""PEFT's side of train.ts: prompt tuning from a file of pairs to an adapter on disk, SFT and then DPO.

SFT is PEFT's own loss. DPO is the concatenated forward pass, with chosen and rejected in one batch, and logits from the
first token of the first response on. The reference is the prompt after SFT; its log-probabilities are computed once.
"""

import json
import sys
import time
from pathlib import Path

import torch
from peft import PromptTuningConfig, get_peft_model
from real_model import load_real_model, load_real_tokenizer
from torch.nn.functional import cross_entropy, logsigmoid
from torch.nn.utils.rnn import pad_sequence
from transformers import get_cosine_schedule_with_warmup

IGNORED = -100


class Laps:
    def __init__(self) -> None:
        self.last, self.parts = time.perf_counter(), {}

    def end(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part], self.last = now - self.last, now


def read_rows(task: dict, tokenizer) -> list[dict]:
    """Ids of each pair's prompt and responses. A response that is not cut ends with the end-of-sequence id."""

    def response(text: str) -> list[int]:
        ids = tokenizer(text, add_special_tokens=False).input_ids + [tokenizer.eos_token_id]
        return ids[: task["maxResponseTokens"]]

    def row(pair: dict) -> dict:
        turn = [{"role": "user", "content": pair["prompt"]}]
        prompt = tokenizer.apply_chat_template(turn, add_generation_prompt=True, return_dict=False)
        return {"prompt": prompt, "chosen": response(pair["chosen"]), "rejected": response(pair["rejected"])}

    return [row(json.loads(line)) for line in Path(task["pairs"]).read_text("utf8").splitlines()]


def prompt_tuning(task: dict, base, tokenizer):
    model = get_peft_model(
        base, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=task["prefixLength"])
    )
    prefix = model.prompt_encoder["default"].embedding.weight
    ids = torch.tensor(tokenizer(task["text"], add_special_tokens=False).input_ids)
    # Like PEFT's own initialization from a text, which would read the tokenizer again.
    with torch.no_grad():
        prefix.copy_(base.get_input_embeddings()(ids.repeat(len(prefix) // len(ids) + 1)[: len(prefix)]))
    return model.train(), prefix


def collate(pairs: list[tuple[list[int], list[int]]]) -> dict:
    """Prompts with their responses, right-padded to the longest of the batch."""
    ids = [torch.tensor(prompt + response) for prompt, response in pairs]
    labels = [torch.tensor([IGNORED] * len(prompt) + response) for prompt, response in pairs]
    return {
        "input_ids": pad_sequence(ids, batch_first=True),
        "attention_mask": pad_sequence([torch.ones_like(row) for row in ids], batch_first=True),
        "labels": pad_sequence(labels, batch_first=True, padding_value=IGNORED),
    }


def pair_logps(model, rows: list[dict]) -> torch.Tensor:
    """log π of the chosen responses, then of the rejected ones."""
    batch = collate([(row["prompt"], row[part]) for part in ("chosen", "rejected") for row in rows])
    # Responses start at different positions. Keep those from the earliest start, counted from the end, without the prefix.
    kept = batch["labels"].shape[1] - min(len(row["prompt"]) for row in rows)
    labels = batch.pop("labels")[:, -kept:]
    # Each position predicts the next token, and the last one predicts nothing.
    logits = model(**batch, logits_to_keep=kept + 1).logits[:, :-1]
    counted = labels != IGNORED
    token_logps = torch.zeros(labels.shape)
    token_logps[counted] = -cross_entropy(logits[counted].float(), labels[counted], reduction="none")
    return token_logps.sum(1)


def reference_logps(model, rows: list[dict], task: dict) -> dict[int, torch.Tensor]:
    """log π of the chosen and the rejected response of each row that a DPO step uses."""
    size = task["batchSize"]
    indices = sorted({i for batch in task["dpo"]["batches"] for i in batch}, key=lambda i: len(rows[i]["prompt"]))
    found = {}
    with torch.no_grad():
        for start in range(0, len(indices), size):
            part = indices[start : start + size]
            logps = pair_logps(model, [rows[i] for i in part])
            found |= dict(zip(part, torch.stack(logps.chunk(2), 1)))
    return found


def run_stage(prefix, stage: dict, loss_of) -> list[float]:
    optimizer = torch.optim.AdamW([prefix], lr=stage["learningRate"], weight_decay=0.0)
    schedule = get_cosine_schedule_with_warmup(optimizer, stage["warmupSteps"], stage["steps"])
    losses = []
    for batch in stage["batches"]:
        optimizer.zero_grad()
        loss = loss_of(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([prefix], 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def main() -> None:
    laps = Laps()
    task = json.loads(Path(sys.argv[1]).read_text("utf8"))
    base = load_real_model(task)
    tokenizer = load_real_tokenizer(task)
    model, prefix = prompt_tuning(task, base, tokenizer)
    laps.end("load")
    rows = read_rows(task, tokenizer)

    def sft_loss(batch: list[int]) -> torch.Tensor:
        return model(**collate([(rows[i]["prompt"], rows[i]["chosen"]) for i in batch]), use_cache=False).loss

    sft = run_stage(prefix, task["sft"], sft_loss)
    laps.end("sft")
    reference = reference_logps(model, rows, task)
    laps.end("logps")

    def dpo_loss(batch: list[int]) -> torch.Tensor:
        change = pair_logps(model, [rows[i] for i in batch]) - torch.stack([reference[i] for i in batch], 1).flatten()
        chosen, rejected = change.chunk(2)
        return -logsigmoid(task["dpo"]["beta"] * (chosen - rejected)).mean()

    dpo = run_stage(prefix, task["dpo"], dpo_loss)
    laps.end("dpo")
    model.save_pretrained(task["out"], save_embedding_layers=False)
    laps.end("save")
    print(json.dumps({"parts": laps.parts, "losses": {"sft": sft, "dpo": dpo}}))


if __name__ == "__main__":
    main()
