"""Trains the tiny chat model that comes with the playground: a Llama of about a million weights and its tokenizer.

    pip install torch==2.15.0 transformers==5.23.0 tokenizers==0.23.3
    python scripts/tiny-chat/train-model.py

Its text is that of conversations.py beside this file: synthetic, written for this project, under its licence. Takes
about eight minutes on one core. Writes examples/playground/public/models/tiny-chat, with the questions that the model
knows (questions.json), and examples/playground/data/prompts.jsonl for its patches: prompts of `train` are of the model's
own text, those of `test` are in none of it. examples/playground/test/tiny-chat.test.ts measures what it makes.
"""

import json
import random
import time
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import torch
from conversations import (MANNERS, NO_IDEA, OFF_TOPIC, Turn, all_turns, casual, draw_turn, in_manner, question_forms,
                           unknown_turn)
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

ROOT = Path(__file__).resolve().parents[2] / "examples/playground"
MODEL = ROOT / "public/models/tiny-chat"
PROMPTS = ROOT / "data/prompts.jsonl"

SEED = 7
VOCABULARY = 1024
STEPS = 3000
TOKENS_PER_STEP = 1536
POOL = 512
MATRIX_LEARNING_RATE = 2e-2
LEARNING_RATE = 4e-3
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def conversation(rng: random.Random) -> tuple[str, str]:
    """What the model reads, and what it is to answer."""
    turn = draw_turn(rng)
    manners = [name for name in MANNERS if rng.random() < 0.4] if rng.random() < 0.6 else []
    rng.shuffle(manners)
    system = f"<|im_start|>system\n{' '.join(MANNERS[name] for name in manners)}<|im_end|>\n" if manners else ""
    prompt = f"{system}<|im_start|>user\n{casual(rng, turn.question)}<|im_end|>\n<|im_start|>assistant\n"
    return prompt, f"{in_manner(turn, set(manners))}<|im_end|>\n"


def make_tokenizer(rng: random.Random) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = ("".join(conversation(rng)) for _ in range(20_000))
    tokenizer.train_from_iterator((part for text in texts for part in text.split("<|im_end|>")), trainer)
    return tokenizer


def make_model() -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=128,
            intermediate_size=352,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=512,
            rope_theta=10_000.0,
            tie_word_embeddings=True,
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=2,
        )
    )


def batches(rng: random.Random, tokenizer: Tokenizer) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Rows of about one length, so that little of a batch is padding; ids and the weight of each in the loss."""
    while True:
        texts = [conversation(rng) for _ in range(POOL)]
        prompts, answers = (tokenizer.encode_batch(list(part)) for part in zip(*texts, strict=True))
        # The question counts a little: it teaches the model the words that it may be asked.
        rows = [
            (prompt.ids + answer.ids, [0.1] * len(prompt.ids) + [1.0] * len(answer.ids))
            for prompt, answer in zip(prompts, answers, strict=True)
        ]
        rows.sort(key=lambda row: len(row[0]))
        pool = []
        while rows:
            taken = [rows.pop() for _ in range(min(len(rows), max(1, TOKENS_PER_STEP // len(rows[-1][0]))))]
            width = len(taken[0][0])
            ids = torch.tensor([ids + [2] * (width - len(ids)) for ids, _ in taken])
            weights = torch.tensor([weights + [0.0] * (width - len(weights)) for _, weights in taken])
            pool.append((ids, weights))
        rng.shuffle(pool)
        yield from pool


def loss_of(model: LlamaForCausalLM, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    # A prefix of virtual tokens comes before the text later: the model is to be used to text that starts late.
    start = int(torch.randint(0, 65, ()))
    positions = torch.arange(start, start + ids.shape[1])[None]
    logits = model(ids, position_ids=positions, use_cache=False).logits[:, :-1]
    losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")
    return (losses * weights[:, 1:]).sum() / weights[:, 1:].sum()


def train(rng: random.Random, tokenizer: Tokenizer) -> LlamaForCausalLM:
    """Muon for the matrices of the layers and AdamW for the rest: after 60 steps the loss is 1.3, with AdamW alone 4.0."""
    model = make_model()
    named = list(model.named_parameters())
    matrices = [weight for name, weight in named if weight.ndim == 2 and "embed" not in name]
    others = [weight for name, weight in named if weight.ndim < 2 or "embed" in name]
    optimizers = [
        torch.optim.Muon(matrices, lr=MATRIX_LEARNING_RATE, weight_decay=0.05),
        torch.optim.AdamW(others, lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.05),
    ]
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 40, max(0.0, (STEPS - step) / (0.7 * STEPS))))
        for optimizer in optimizers
    ]
    started = time.time()
    for step, batch in enumerate(islice(batches(rng, tokenizer), STEPS), 1):
        loss = loss_of(model, *batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for part in (*optimizers, *schedules):
            part.step()
        model.zero_grad()
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.4f} {time.time() - started:.0f} s", flush=True)
    return model.eval()


def save(model: LlamaForCausalLM, tokenizer: Tokenizer) -> None:
    model.half().save_pretrained(MODEL)
    tokenizer.save(str(MODEL / "tokenizer.json"), pretty=False)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|im_end|>",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 512,
        "chat_template": CHAT_TEMPLATE,
    }
    (MODEL / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (MODEL / "questions.json").write_text(json.dumps(question_forms()) + "\n")


def row_of(turn: Turn, split: str) -> dict:
    row = {"prompt": turn.question, "kind": turn.kind, "topic": turn.topic, "split": split, "answer": turn.answer}
    return {**row, "refusal": turn.refusal} if turn.refusal else row


def write_prompts(rng: random.Random) -> None:
    turns = list(all_turns())
    rng.shuffle(turns)
    wanted = {"mischief": (300, 80), "everyday": (300, 120), "homework": (41, 7)}
    rows = []
    for kind, (train, test) in wanted.items():
        of_kind = [turn for turn in turns if turn.kind == kind]
        rows += [row_of(turn, "train") for turn in [turn for turn in of_kind if not turn.apart][:train]]
        rows += [row_of(turn, "test") for turn in [turn for turn in of_kind if turn.apart][:test]]
    rows += [row_of(unknown_turn(rng), "train") for _ in range(60)]
    rows += [row_of(Turn("unknown", "unknown", question, NO_IDEA), "test") for question in OFF_TOPIC]
    PROMPTS.parent.mkdir(parents=True, exist_ok=True)
    PROMPTS.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


if __name__ == "__main__":
    print({name: version(name) for name in ("torch", "transformers", "tokenizers")})
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    write_prompts(random.Random(SEED))
    tokenizer = make_tokenizer(random.Random(SEED))
    model = train(random.Random(SEED), tokenizer)
    save(model, tokenizer)
