"""Writes a GGUF file of Llama-2-7B's shape: random weights in Q4_0, a vocabulary of made-up tokens.

    python bench/make-large-model.py FILE [--layers 32]

Needs numpy and gguf (0.19.0 was used). About 3.8 GB.
"""

import argparse
import os

import numpy
from gguf import GGMLQuantizationType, GGUFWriter

D, F, HEADS, VOCAB = 4096, 11008, 32, 32000


def quantized(random: numpy.random.Generator, rows: int, columns: int) -> numpy.ndarray:
    """Blocks of 32 values: a float16 scale, then 16 bytes of nibbles. Standard deviation about 0.02."""
    blocks = numpy.empty((rows, columns // 32, 18), numpy.uint8)
    scales = random.uniform(0.003, 0.005, (rows, columns // 32)).astype("<f2")
    blocks[..., :2] = scales.view(numpy.uint8).reshape(rows, columns // 32, 2)
    blocks[..., 2:] = random.integers(0, 256, (rows, columns // 32, 16), numpy.uint8)
    return blocks.reshape(rows, -1)


def byte_characters() -> list[str]:
    """The 256 characters that stand for bytes in byte-level BPE."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(rest))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--layers", type=int, default=32)
    args = parser.parse_args()
    random = numpy.random.default_rng(0)
    partial = f"{args.file}.partial"
    writer = GGUFWriter(partial, "llama")
    writer.add_block_count(args.layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(D)
    writer.add_feed_forward_length(F)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCAB)
    characters = byte_characters()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(characters + ["ab"] + [f"<{i}>" for i in range(VOCAB - len(characters) - 1)])
    writer.add_token_types([1] * VOCAB)
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(VOCAB - 2)
    writer.add_eos_token_id(VOCAB - 1)

    shapes = {"token_embd": (VOCAB, D), "output": (VOCAB, D)}
    norms = ["output_norm"]
    for layer in range(args.layers):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            shapes[f"blk.{layer}.{name}"] = (D, D)
        shapes[f"blk.{layer}.ffn_gate"] = shapes[f"blk.{layer}.ffn_up"] = (F, D)
        shapes[f"blk.{layer}.ffn_down"] = (D, F)
        norms += [f"blk.{layer}.attn_norm", f"blk.{layer}.ffn_norm"]
    for name in norms:
        writer.add_tensor_info(f"{name}.weight", (D,), numpy.dtype(numpy.float32), 4 * D)
    for name, (rows, columns) in shapes.items():
        size = rows * columns // 32 * 18
        kind = GGMLQuantizationType.Q4_0
        writer.add_tensor_info(f"{name}.weight", (rows, columns // 32 * 18), numpy.dtype(numpy.uint8), size, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _ in norms:
        writer.write_tensor_data(numpy.ones(D, numpy.float32))
    for rows, columns in shapes.values():
        writer.write_tensor_data(quantized(random, rows, columns))
    writer.close()
    os.replace(partial, args.file)


if __name__ == "__main__":
    main()
