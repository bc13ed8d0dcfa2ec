"""A P-tuning adapter as PEFT saves it, and the embeddings that its encoder gives.

Writes packages/core/test/goldens/peft/p-tuning/{adapter_config.json, adapter_model.safetensors} and expected.json:
`length` and `embeddings` [length · d] as the encoder computes them in the model.
"""

import json
import shutil

import torch
from models import MODELS, load
from peft import PromptEncoderConfig, get_peft_model

FOLDER = MODELS.parent / "peft/p-tuning"


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    torch.manual_seed(11)
    config = PromptEncoderConfig(task_type="CAUSAL_LM", num_virtual_tokens=5, encoder_hidden_size=12)
    model = get_peft_model(load("llama-tied"), config).eval()
    model.peft_config["default"].base_model_name_or_path = "tiny"
    with torch.no_grad():
        embeddings = model.get_prompt(batch_size=1)[0].float()
    model.save_pretrained(FOLDER)
    (FOLDER / "README.md").unlink(missing_ok=True)
    record = {"length": len(embeddings), "embeddings": embeddings.flatten().tolist()}
    (FOLDER / "expected.json").write_text(json.dumps(record) + "\n")
    print(f"p-tuning: {tuple(embeddings.shape)}")


if __name__ == "__main__":
    main()
