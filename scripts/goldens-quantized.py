"""Matrices and tiny models that GPTQ, AWQ and FP8 have quantized, and the values that the libraries of each give them.

    pip install -r scripts/requirements-goldens.txt -r scripts/requirements-goldens-quantized.txt
    python scripts/goldens-quantized.py

Not a part of make-goldens.py, for its packages change how transformers and PEFT behave. GPTQ and AWQ are dequantized by
GPTQModel's torch kernels, FP8 by transformers' own integration and by compressed-tensors, all in float32. Writes to
packages/core/test/goldens:

- quantized-matrices.json: for each case the tensors of a checkpoint for one matrix, what its `quantization_config` says, and the matrix;
  under `floats` the values of all bytes of each type of 8 bits. Numbers: little-endian, base64.
- models/NAME/{config.json, model.safetensors, logits.safetensors}: a tiny random Llama, and `logits` [2, 24, 97] float32 of the
  same model dequantized, for models/ids.json.
"""

import base64
import json
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
from compressed_tensors.compressors import BaseCompressor
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from gptqmodel.nn_modules.qlinear.torch import TorchLinear
from gptqmodel.quantization import FORMAT
from gptqmodel.quantization.awq.utils.packing_utils import dequantize_gemm, pack_awq
from gptqmodel.quantization.config import QuantizeConfig
from gptqmodel.utils.model import convert_gptq_v1_to_v2_format_module, convert_gptq_v2_to_v1_format_module
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, CompressedTensorsConfig, LlamaConfig, LlamaForCausalLM
from transformers.integrations.finegrained_fp8 import _dequantize_fp8_weight

GOLDENS = Path(__file__).resolve().parents[1] / "packages/core/test/goldens"
MODELS = GOLDENS / "models"
NAMES = ("llama-gptq", "llama-awq", "llama-fp8", "llama-compressed")
PACKAGES = ("torch", "transformers", "safetensors", "gptqmodel", "compressed-tensors")
DTYPES = {
    torch.int32: "I32",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float8_e4m3fn: "F8_E4M3",
    torch.float8_e5m2: "F8_E5M2",
    torch.float8_e8m0fnu: "F8_E8M0",
}
OUT, IN, GROUP = 16, 32, 16
random = torch.Generator().manual_seed(20261)


def encode(tensor: torch.Tensor) -> str:
    return base64.b64encode(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()).decode()


def stored(tensors: dict[str, torch.Tensor]) -> dict:
    return {
        name: {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "bytes": encode(tensor)}
        for name, tensor in tensors.items()
    }


def words(*shape: int) -> torch.Tensor:
    """Random words of 32 bits, so that every code occurs at every place."""
    return torch.randint(-(2**31), 2**31, shape, generator=random, dtype=torch.int64).to(torch.int32)


def positive(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=random) * 0.05 + 0.001


def linear_of(out: int, width: int, group: int, form: FORMAT) -> TorchLinear:
    return TorchLinear(
        bits=4, group_size=group, sym=False, desc_act=True, in_features=width, out_features=out, format=form
    ).train()


def gptq_case(form: str, group: int, shuffled: bool, scales: torch.dtype, with_index: bool = True) -> dict:
    groups = 1 if group == -1 else -(-IN // group)
    index = torch.arange(IN, dtype=torch.int32) // (IN if group == -1 else group)
    if shuffled:
        index = index[torch.randperm(IN, generator=random)]
    parts = {
        "m.qweight": words(IN // 8, OUT),
        "m.qzeros": words(groups, OUT // 8),
        "m.scales": positive(groups, OUT).to(scales),
        "m.g_idx": index,
    }
    module = linear_of(OUT, IN, group, FORMAT.GPTQ)
    for name, tensor in parts.items():
        setattr(module, name.removeprefix("m."), tensor.clone())
    if form == "gptq":
        convert_gptq_v1_to_v2_format_module(module, bits=4, pack_dtype=torch.int32)
    module.scales = module.scales.float()
    values = module.dequantize_weight().T
    if not with_index:
        del parts["m.g_idx"]
    config = {"quant_method": "gptq", "bits": 4, "group_size": group, "desc_act": shuffled, "sym": False}
    return {"config": config | {"checkpoint_format": form}, "tensors": stored(parts), "values": encode(values)}


def awq_case(group: int, scales: torch.dtype) -> dict:
    size = IN if group == -1 else group
    parts = {
        "m.qweight": words(IN, OUT // 8),
        "m.qzeros": words(IN // size, OUT // 8),
        "m.scales": positive(IN // size, OUT).to(scales),
    }
    values = dequantize_gemm(parts["m.qweight"], parts["m.qzeros"], parts["m.scales"].float(), 4, size).T
    config = {"quant_method": "awq", "bits": 4, "group_size": group, "zero_point": True, "version": "gemm"}
    return {"config": config, "tensors": stored(parts), "values": encode(values)}


def fp8_weight(out: int, width: int, dtype: torch.dtype = torch.float8_e4m3fn) -> torch.Tensor:
    return (torch.randn(out, width, generator=random) * 20).to(dtype)


def fp8_case(block: list[int] | None, scales: torch.dtype, out: int = OUT, width: int = IN, **more: str) -> dict:
    """By transformers: a scale for each block, those at the edges smaller, or one for all."""
    weight = fp8_weight(out, width)
    scale = positive() if block is None else positive(-(-out // block[0]), -(-width // block[1]))
    if scales == torch.float8_e8m0fnu:
        scale = torch.pow(2.0, torch.ceil(torch.log2(scale)))
    scale = scale.to(scales)
    values = _dequantize_fp8_weight(weight, scale, block, torch.float32)
    config = {"quant_method": "fp8", "activation_scheme": "dynamic", "fmt": "e4m3", "weight_block_size": block}
    parts = {"m.weight": weight, "m.weight_scale_inv": scale}
    return {"config": config | more, "tensors": stored(parts), "values": encode(values)}


def float_quantized(strategy: str, block: list[int] | None = None) -> dict:
    """What compressed-tensors calls a scheme of weights in 8 bits."""
    weights = {"num_bits": 8, "type": "float", "symmetric": True, "strategy": strategy, "dynamic": False}
    group = {"targets": ["Linear"], "weights": weights | {"block_structure": block}}
    return {
        "quant_method": "compressed-tensors",
        "format": "float-quantized",
        "quantization_status": "compressed",
        "config_groups": {"group_0": group},
        "ignore": ["lm_head"],
    }


def compressed_case(strategy: str, shape: list[int], block: list[int] | None = None) -> dict:
    config = float_quantized(strategy, block)
    parts = {"m.weight": fp8_weight(OUT, IN), "m.weight_scale": positive(*shape)}
    args = QuantizationArgs(**config["config_groups"]["group_0"]["weights"])
    scheme = QuantizationScheme(targets=["Linear"], weights=args, format="float-quantized")
    compressor = BaseCompressor.get_value_from_registry("float-quantized")
    found = compressor.decompress({name.removeprefix("m."): part for name, part in parts.items()}, scheme)
    assert found["weight"].dtype == torch.float32
    return {"config": config, "tensors": stored(parts), "values": encode(found["weight"])}


def matrices() -> dict:
    return {
        "gptq": gptq_case("gptq", GROUP, False, torch.float16),
        "gptq, in the order of activations": gptq_case("gptq", GROUP, True, torch.float16),
        "gptq, one group": gptq_case("gptq", -1, False, torch.bfloat16),
        "gptq, without g_idx": gptq_case("gptq", GROUP, False, torch.float16, with_index=False),
        "gptq_v2": gptq_case("gptq_v2", GROUP, True, torch.float16),
        "awq": awq_case(GROUP, torch.float16),
        "awq, one group": awq_case(-1, torch.bfloat16),
        "fp8": fp8_case(None, torch.float32),
        "fp8, blocks": fp8_case([4, 8], torch.float32, 14, 27),
        "fp8, blocks with bfloat16 scales": fp8_case([8, 16], torch.bfloat16),
        "fp8, blocks with scales of two's powers": fp8_case([8, 16], torch.float8_e8m0fnu, scale_fmt="ue8m0"),
        "compressed-tensors, tensor": compressed_case("tensor", [1]),
        "compressed-tensors, channel": compressed_case("channel", [OUT, 1]),
        "compressed-tensors, block": compressed_case("block", [OUT // 4, IN // 8], [4, 8]),
    }


def floats() -> dict:
    every = torch.arange(256).to(torch.uint8)
    return {DTYPES[of]: encode(every.view(of).float()) for of in DTYPES if of.itemsize == 1}


def tiny_model() -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=256,
        bos_token_id=1,
        eos_token_id=2,
        tie_word_embeddings=False,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=random)
            parameter.copy_(1 + 0.2 * noise if "norm" in name else (0.5 if "embed" in name else 0.25) * noise)
            # What is not quantized is stored in float16.
            parameter.copy_(parameter.half().float())
    return model


def projections(model: LlamaForCausalLM) -> dict[str, torch.nn.Linear]:
    return {name: module for name, module in model.named_modules() if name.endswith("_proj")}


def write_model(name: str, model: LlamaForCausalLM, tensors: dict[str, torch.Tensor], quantization: dict) -> None:
    folder = MODELS / name
    folder.mkdir(parents=True, exist_ok=True)
    quantized = tuple(f"{module}." for module in projections(model))
    plain = {key: value.half() for key, value in model.state_dict().items() if not key.startswith(quantized)}
    config = model.config.to_dict() | {"dtype": "float16", "quantization_config": quantization}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    kept = {key: value.contiguous() for key, value in (plain | tensors).items()}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def write_logits(name: str, model: torch.nn.Module) -> None:
    ids = torch.tensor(json.loads((MODELS / "ids.json").read_text()))
    with torch.no_grad():
        logits = model(ids).logits
    save_file({"logits": logits.float().contiguous()}, MODELS / name / "logits.safetensors")
    print(f"{name}: standard deviation of logits {logits.std():.3f}")


def groups_of(weight: torch.Tensor, index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scales and zero points [out, groups] of the columns of each group, as round to nearest takes them."""
    columns = [weight[:, index == group] for group in range(int(index.max()) + 1)]
    low = torch.stack([one.amin(1).clamp(max=0) for one in columns], 1)
    high = torch.stack([one.amax(1).clamp(min=0) for one in columns], 1)
    scales = ((high - low) / 15).half().float()
    # From 1 on: GPTQ's first format stores one less.
    return scales, torch.round(-low / scales).clamp(1, 15)


def write_gptq() -> None:
    """With desc_act, and with the biases of zeros that AutoGPTQ writes where a model has none."""
    model, tensors = tiny_model(), {}
    for name, linear in projections(model).items():
        out, width = linear.weight.shape
        index = (torch.arange(width, dtype=torch.int32) // GROUP)[torch.randperm(width, generator=random)]
        scales, zeros = groups_of(linear.weight.data, index)
        module = linear_of(out, width, GROUP, FORMAT.GPTQ)
        module.pack_original(linear, scales, zeros, index)
        module.scales = module.scales.float()
        linear.weight.data = module.dequantize_weight().T.contiguous()
        convert_gptq_v2_to_v1_format_module(module, QuantizeConfig(bits=4, group_size=GROUP))
        for part in ("qweight", "qzeros", "g_idx"):
            tensors[f"{name}.{part}"] = getattr(module, part)
        tensors[f"{name}.scales"] = module.scales.half()
        tensors[f"{name}.bias"] = torch.zeros(out, dtype=torch.float16)
    config = {"quant_method": "gptq", "bits": 4, "group_size": GROUP, "desc_act": True, "sym": False}
    write_model("llama-gptq", model, tensors, config | {"damp_percent": 0.1, "true_sequential": True})
    write_logits("llama-gptq", model)


def write_awq() -> None:
    model, tensors = tiny_model(), {}
    for name, linear in projections(model).items():
        weight = linear.weight.data
        index = torch.arange(weight.shape[1]) // GROUP
        scales, zeros = (part.T.contiguous() for part in groups_of(weight, index))
        codes = (torch.round(weight.T / scales[index]) + zeros[index]).clamp(0, 15)
        qweight, qzeros = pack_awq(codes.int(), zeros.int(), 4)
        linear.weight.data = dequantize_gemm(qweight, qzeros, scales, 4, GROUP).T.contiguous()
        tensors |= {f"{name}.qweight": qweight, f"{name}.qzeros": qzeros, f"{name}.scales": scales.half()}
    config = {"quant_method": "awq", "bits": 4, "group_size": GROUP, "zero_point": True, "version": "gemm"}
    write_model("llama-awq", model, tensors, config | {"modules_to_not_convert": None})
    write_logits("llama-awq", model)


def loaded(name: str, **options: object) -> torch.nn.Module:
    """As transformers loads it where there is no GPU: projections dequantized to float32, the rest as it is stored."""
    with tempfile.TemporaryDirectory() as copy:
        for file in ("config.json", "model.safetensors"):
            (Path(copy) / file).write_bytes((MODELS / name / file).read_bytes())
        model = AutoModelForCausalLM.from_pretrained(
            copy, dtype=torch.float32, attn_implementation="eager", **options
        )
    assert all(module.weight.dtype == torch.float32 for module in projections(model).values())
    return model.float().eval()


def write_fp8(name: str, block: list[int], config: dict, scale_name: str, **options: object) -> None:
    model, tensors = tiny_model(), {}
    for module, linear in projections(model).items():
        out, width = linear.weight.shape
        rows, columns = out // block[0], width // block[1] if block[1] else 1
        blocks = linear.weight.data.reshape(rows, out // rows, columns, width // columns)
        scale = blocks.abs().amax((1, 3), keepdim=True) / 448
        tensors[f"{module}.weight"] = (blocks / scale).to(torch.float8_e4m3fn).reshape(out, width)
        tensors[f"{module}.{scale_name}"] = scale.reshape(rows, columns)
    write_model(name, model, tensors, config)
    write_logits(name, loaded(name, **options))


def main() -> None:
    golden = {
        "environment": {package: version(package) for package in PACKAGES},
        "floats": floats(),
        "matrices": matrices(),
    }
    (GOLDENS / "quantized-matrices.json").write_text(json.dumps(golden, indent=1) + "\n")
    write_gptq()
    write_awq()
    config = {"quant_method": "fp8", "activation_scheme": "dynamic", "fmt": "e4m3", "weight_block_size": [16, 16]}
    write_fp8("llama-fp8", [16, 16], config, "weight_scale_inv")
    config = float_quantized("channel")
    options = {"quantization_config": CompressedTensorsConfig(dequantize=True)}
    write_fp8("llama-compressed", [1, 0], config, "weight_scale", **options)
    for name in NAMES:
        for file in (MODELS / name).iterdir():
            file.chmod(0o644)  # safetensors writes files that only their owner can read


if __name__ == "__main__":
    main()
