"""Records the ids and texts that transformers gives with the tokenizer in the GGUF of Gemma 3 270M, as a golden for
packages/core/src/tokenize.

    python scripts/goldens/tokenizer-gemma3.py --gemma gemma-3-270m-q4_k_m.gguf

Only ids and texts are kept, nothing of the model. Needs transformers, tokenizers, gguf and torch.
"""

import argparse
from pathlib import Path

from tokenizer import record, write
from transformers import AutoTokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gemma", type=Path, required=True, help="Gemma 3 270M as GGUF")
    path = parser.parse_args().gemma
    write("gemma3", record(AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name)))


if __name__ == "__main__":
    main()
