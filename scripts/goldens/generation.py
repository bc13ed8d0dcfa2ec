"""What transformers generates greedily with the real GGUF files of SmolLM2-135M-Instruct and Gemma 3 270M, dequantized to
float32.

Usage: generation.py --gguf PATH --gemma PATH, or one of them
Writes packages/core/test/goldens/generation-smollm2.json and generation-gemma3.json: per prompt its ids, a rendered chat for the
first, text to go on from for the second, which is no chat model, up to 32 generated ids, and at each step how far the best logit was above the second, so that a reader can tell a tie
within rounding from an error.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
import transformers
from models import GOLDENS
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

MAX_TOKENS = 32
PROMPTS = [
    "What should I cook for four friends on a cold evening?",
    "Why is the sky blue?",
    "Write a two-sentence story about a lighthouse keeper.",
    "How do I keep basil alive on a windowsill?",
    "Explain what a prime number is to a ten-year-old.",
    "Translate 'good morning, my friend' into French.",
    "Give me three tips for sleeping better.",
    "What is the capital of Portugal?",
    "Write a Python function that reverses a string.",
    "I lost my train ticket. What can I do?",
    "Summarise in one line: the meeting moved from Monday to Thursday because the room was being painted.",
    "Name five animals that live in the desert.",
    "What is 17 plus 26?",
    "Draft a polite email asking my landlord to fix the kitchen tap.",
    "What's the difference between weather and climate?",
    "Suggest a name for a grey kitten.",
    "How can I remove a coffee stain from a white shirt?",
    "Write a haiku about snow.",
    "Is it safe to eat potatoes that have sprouted?",
    "Describe the taste of a ripe mango.",
]


TEXTS = [
    "The lighthouse stood at the end of the pier, and every evening the keeper",
    "To make a good vegetable soup, first",
    "The capital of Portugal is",
    "Once upon a time, in a village at the foot of the mountains,",
    "Water boils at a lower temperature on a mountain because",
    "def reverse(text):\n    ",
    "The three branches of government are",
    "Dear Sir or Madam,\n\nI am writing to",
    "Photosynthesis is the process by which",
    "Der Zug nach Berlin f\u00e4hrt",
    "In 1969, two astronauts",
    "My grandmother always said that",
    "A prime number is a number that",
    "The recipe calls for 200 g of flour, 100 g of butter and",
    "La biblioth\u00e8que est ferm\u00e9e le",
    "Question: What is 17 plus 26?\nAnswer:",
    "The difference between weather and climate is",
    "She opened the letter, read the first line and",
    "Bees are important because",
    "It was raining so hard that",
]


def smollm_tokenizer(path: Path) -> transformers.PreTrainedTokenizerBase:
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    # transformers drops the file's `tokenizer.ggml.pre`; SmolLM splits digits before the byte-level step.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return tokenizer


def generate(model: torch.nn.Module, ids: list[int], stop: int) -> dict:
    """Greedy decoding with the key-value cache; the stop token is kept as the last id."""
    tokens, margins, cache = [], [], None
    inputs = torch.tensor([ids])
    with torch.no_grad():
        while len(tokens) < MAX_TOKENS:
            output = model(inputs, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            best, second = output.logits[0, -1].topk(2).values.tolist()
            tokens.append(output.logits[0, -1].argmax().item())
            margins.append(round(best - second, 5))
            if tokens[-1] == stop:
                break
            inputs = torch.tensor([tokens[-1:]])
    return {"tokens": tokens, "margins": margins}


def chat_ids(tokenizer: transformers.PreTrainedTokenizerBase, prompt: str) -> list[int]:
    messages = [{"role": "user", "content": prompt}]
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--gemma", type=Path)
    given = parser.parse_args()
    if given.gguf:
        record("smollm2", given.gguf, smollm_tokenizer(given.gguf), PROMPTS, chat_ids)
    if given.gemma:
        tokenizer = AutoTokenizer.from_pretrained(given.gemma.parent, gguf_file=given.gemma.name)
        record("gemma3", given.gemma, tokenizer, TEXTS, lambda own, text: own(text)["input_ids"])


def record(name: str, path: Path, tokenizer, prompts: list[str], ids_of) -> None:
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    rows = []
    for prompt in prompts:
        ids = ids_of(tokenizer, prompt)
        row = {"prompt": prompt, "promptIds": ids} | generate(model, ids, tokenizer.eos_token_id)
        rows.append(row | {"text": tokenizer.decode(row["tokens"], skip_special_tokens=True)})
        print(f"{min(row['margins']):.4f} {prompt} -> {rows[-1]['text']!r}")
    golden = {
        "environment": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
        "model": {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
        "maxTokens": MAX_TOKENS,
        "rows": rows,
    }
    target = GOLDENS / f"generation-{name}.json"
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in golden.pop("rows"))
    target.write_text(json.dumps(golden)[:-1] + ', "rows": [\n' + lines + "\n]}\n")
    json.loads(target.read_text())
    print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
