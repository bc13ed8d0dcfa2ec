"""The other side of exports.ts: loads each export with the program it is for, and prints the resulting logits as JSON."""

import base64
import io
import json
import os
import sys
import types
from pathlib import Path

import numpy
import onnxruntime
import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM, DynamicCache

FOLDER = Path(sys.argv[1])
TASK = json.loads((FOLDER / "task.json").read_text())
IDS = [torch.tensor([ids]) for ids in TASK["ids"]]


def base() -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(FOLDER / "model", dtype=torch.float32).eval()


def last(output) -> list[float]:
    return output.logits[0, -1].tolist()


def peft(patch: str) -> list[list[float]]:
    model = PeftModel.from_pretrained(base(), str(FOLDER / patch)).eval()
    return [last(model(ids)) for ids in IDS]


def embeds(load) -> list[list[float]]:
    model = base()
    tensors = [load(text) for text in json.loads((FOLDER / "embeds.json").read_text())]
    return [last(model(inputs_embeds=tensor[None])) for tensor in tensors]


def by_torch(text: str) -> torch.Tensor:
    tensor = torch.load(io.BytesIO(base64.b64decode(text, validate=True)), weights_only=True)
    assert tensor.dtype == torch.float32 and tensor.dim() == 2, (tensor.dtype, tensor.shape)
    return tensor


def vllm_loader():
    """vLLM's own function, with the configuration that it needs.

    VLLM_SOURCE names a folder with the unpacked wheel of a vLLM that cannot be fully installed, for example without GPU
    libraries. The function's module is then loaded without the modules that its packages would import.
    """
    if source := os.environ.get("VLLM_SOURCE"):
        for name in ("vllm", "vllm.renderers", "vllm.utils"):
            package = types.ModuleType(name)
            package.__path__ = [str(Path(source, *name.split(".")))]
            sys.modules[name] = package
    from vllm.renderers.embed_utils import safe_load_prompt_embeds

    class Config:
        enable_prompt_embeds = True
        hf_text_config = object()
        dtype = torch.float32

        def get_hidden_size(self) -> int:
            return TASK["hidden_size"]

    return lambda text: safe_load_prompt_embeds(Config(), text.encode())


def key_values() -> list[list[float]]:
    model = base()
    found = []
    for ids in IDS:
        cache = DynamicCache(config=model.config)
        with safe_open(FOLDER / "key-values.safetensors", "pt") as file:
            for layer in range(model.config.num_hidden_layers):
                name = f"past_key_values.{layer}"
                cache.update(file.get_tensor(f"{name}.key"), file.get_tensor(f"{name}.value"), layer)
        length = cache.get_seq_length()
        mask = torch.ones(1, length + ids.shape[1], dtype=torch.long)
        found.append(last(model(ids, past_key_values=cache, attention_mask=mask)))
    return found


def onnx() -> list[list[float]]:
    """Runs the prompt without its last token, then that token with the cache."""
    session = onnxruntime.InferenceSession(FOLDER / "patched.onnx", providers=["CPUExecutionProvider"])
    layers, heads, size = TASK["cache"]
    found = []
    for ids in IDS:
        cache = {
            f"past_key_values.{layer}.{kind}": numpy.zeros((1, heads, 0, size), numpy.float32)
            for layer in range(layers)
            for kind in ("key", "value")
        }
        logits = None
        for start, end in ((0, ids.shape[1] - 1), (ids.shape[1] - 1, ids.shape[1])):
            if start == end:
                continue
            feeds = {"input_ids": ids[:, start:end].numpy(), "position_ids": numpy.arange(start, end)[None]}
            names = [output.name for output in session.get_outputs()]
            outputs = dict(zip(names, session.run(names, {**feeds, **cache})))
            logits = outputs.pop("logits")
            cache = {name.replace("present", "past_key_values"): value for name, value in outputs.items()}
        found.append(logits[0, -1].tolist())
    return found


def main() -> None:
    results = []
    with torch.no_grad():
        results.append({"name": "PEFT, a patch's directory", "patch": "one", "logits": peft("one")})
        results.append({"name": "PEFT, a composed patch's directory", "patch": "composed", "logits": peft("composed")})
        results.append({"name": "torch.load, prompt embeds", "patch": "composed", "logits": embeds(by_torch)})
        vllm = {"name": "vLLM, prompt embeds", "patch": "composed"}
        try:
            load = vllm_loader()
        except ImportError as error:
            results.append({**vllm, "note": f"vLLM is not installed here ({error})"})
        else:
            results.append({**vllm, "logits": embeds(load)})
        results.append({"name": "ONNX Runtime in Python, the whole model", "patch": "composed", "logits": onnx()})
        results.append({"name": "transformers, keys and values", "patch": "composed", "logits": key_values()})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
