"""The model of real-model.ts in transformers, with its weights converted to float32 or bfloat16 on reading."""

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def load_real_model(task: dict):
    torch.set_num_threads(task["threads"])
    path = Path(task["path"])
    model = AutoModelForCausalLM.from_pretrained(
        path.parent,
        gguf_file=path.name,
        dtype=DTYPES[task["dtype"]],
        quantization_config=GgufConfig(dequantize=True),
    )
    return model.eval()


def load_real_tokenizer(task: dict):
    path = Path(task["path"])
    return AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
