"""Random blocks of each GGML type that packages/core reads, and the values that gguf-py gives them.

Writes packages/core/test/goldens/dequantize.json: bytes and float32 values (little-endian), base64; and the numbers of all
types that gguf-py knows.
"""

import base64
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

GOLDENS = Path(__file__).resolve().parents[2] / "packages/core/test/goldens"

# Offsets of the float16 numbers in a block of each type: random bytes there may be infinite or NaN.
HALVES = {
    "Q8_0": [0],
    "Q4_0": [0],
    "Q4_1": [0, 2],
    "Q5_0": [0],
    "Q5_1": [0, 2],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "IQ4_NL": [0],
    "IQ4_XS": [0],
}
TYPES = ["F32", "F16", "BF16", *HALVES]
VALUES = 256


def random_blocks(name: str, values: int, rng: np.random.Generator) -> np.ndarray:
    """Bytes of `values` finite random values; for quantized types every pattern of quants and scales occurs."""
    block_values, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    normal = rng.normal(size=values).astype(np.float32)
    if name == "F32":
        return normal.view(np.uint8)
    if name == "F16":
        # Down to the subnormal ones.
        return (normal * 10.0 ** rng.uniform(-8, 3, values)).astype(np.float16).view(np.uint8)
    if name == "BF16":
        return (normal.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
    blocks = rng.integers(0, 256, (values // block_values, block_bytes), dtype=np.uint8)
    for offset in HALVES[name]:
        scales = rng.normal(scale=0.05, size=len(blocks)).astype(np.float16)
        blocks[:, offset : offset + 2] = scales.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(-1)


def values_of(name: str, data: np.ndarray) -> np.ndarray:
    return dequantize(data, GGMLQuantizationType[name]).astype("<f4").reshape(-1)


def encode(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def main() -> None:
    rng = np.random.default_rng(20251)
    types = {}
    for name in TYPES:
        data = random_blocks(name, 2 * VALUES if GGML_QUANT_SIZES[GGMLQuantizationType[name]][0] == VALUES else VALUES, rng)
        types[name] = {"bytes": encode(data), "values": encode(values_of(name, data))}
    environment = {package: version(package) for package in ("gguf", "numpy")}
    numbers = {int(of): of.name for of in GGMLQuantizationType}
    golden = {"environment": environment, "numbers": numbers, "types": types}
    (GOLDENS / "dequantize.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
