"""Records every golden under packages/core/test/goldens with PyTorch, transformers, PEFT and gguf-py.

    pip install -r scripts/requirements-goldens.txt
    python scripts/make-goldens.py [--gguf SmolLM2-135M-Instruct.Q4_1.gguf] [--gemma gemma-3-270m-q4_k_m.gguf]
                                   [--llama-cpp FOLDER] [--only models training …]

Each part is a script of scripts/goldens with a main of its own. Parts that read a real model, or run llama.cpp's
converter, are left out, with a word, where it is not given.
"""

import argparse
import runpy
import sys
from importlib.metadata import version
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
PARTS = SCRIPTS / "goldens"
# models first: the others read the tiny models it writes.
FIRST = ["models"]
# How a part asks for a real model or a converter, and the option of this script that gives it.
MODEL_FLAGS = {"--gguf": "gguf", "--smollm2": "gguf", "--gemma": "gemma", "--llama-cpp": "llama_cpp"}


def check_versions() -> None:
    """Goldens of other versions may differ in the last digits, so they are refused."""
    for line in (SCRIPTS / "requirements-goldens.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        package, wanted = line.split("==")
        found = version(package).split("+")[0]
        if found != wanted:
            sys.exit(f"{package} {wanted} is pinned in requirements-goldens.txt, {found} is installed")


def main() -> None:
    names = sorted((part.stem for part in PARTS.glob("*.py")), key=lambda name: (name not in FIRST, name))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", type=Path, help="the real SmolLM2-135M-Instruct model")
    parser.add_argument("--gemma", type=Path, help="the real Gemma 3 270M model")
    parser.add_argument("--llama-cpp", type=Path, help="llama.cpp at the commit that family-ggufs.py names")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    options = parser.parse_args()
    check_versions()
    sys.path.insert(0, str(PARTS))
    for name in names:
        if name not in options.only:
            continue
        path = PARTS / f"{name}.py"
        source = path.read_text()
        flags = {flag: option for flag, option in MODEL_FLAGS.items() if f'"{flag}"' in source}
        missing = {option for option in flags.values() if getattr(options, option) is None}
        if missing:
            print(f"{name}: left out, it needs --{' --'.join(missing).replace('_', '-')}", file=sys.stderr)
            continue
        print(f"== {name}")
        models = {flag: str(getattr(options, option).resolve()) for flag, option in flags.items()}
        sys.argv = [str(path), *(argument for pair in models.items() for argument in pair)]
        runpy.run_path(str(path), run_name="__main__")
    for file in (SCRIPTS.parent / "packages/core/test/goldens").rglob("*"):
        if file.is_file():
            file.chmod(0o644)  # safetensors writes files that only their owner can read


if __name__ == "__main__":
    main()
