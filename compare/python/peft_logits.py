"""PEFT's side of peft-logits.ts: the logits after each prompt, of a GGUF with a patch's folder, as raw float32."""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM


def main() -> None:
    task = json.loads(Path(sys.argv[1]).read_text())
    base = AutoModelForCausalLM.from_pretrained(task["directory"], gguf_file=task["gguf"], dtype=torch.float32)
    model = PeftModel.from_pretrained(base, task["patch"]).eval()
    with torch.no_grad():
        logits = torch.stack([model(torch.tensor([ids])).logits[0, -1] for ids in task["ids"]])
    Path(task["out"]).write_bytes(logits.numpy().astype("<f4").tobytes())


if __name__ == "__main__":
    main()
