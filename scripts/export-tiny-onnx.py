"""Exports the tiny Llama of packages/core/test/goldens/peft/model to ONNX with Optimum, as models on the Hub are.

    pip install optimum-onnx==0.1.0 transformers==4.57.6 torch onnx
    python scripts/export-tiny-onnx.py

Writes packages/core/test/goldens/peft/onnx/{config.json, generation_config.json, onnx/model.onnx}, the folders that
transformers.js looks in. It is no part of make-goldens.py: Optimum wants an older transformers than the other goldens.
"""

import shutil
import tempfile
from pathlib import Path

from optimum.exporters.onnx import main_export

GOLDENS = Path(__file__).resolve().parents[1] / "packages/core/test/goldens/peft"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        main_export(
            str(GOLDENS / "model"), output=folder, task="text-generation-with-past", no_post_process=True, do_validation=False
        )
        target = GOLDENS / "onnx"
        (target / "onnx").mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "generation_config.json"):
            shutil.copy(Path(folder, name), target / name)
        shutil.copy(Path(folder, "model.onnx"), target / "onnx" / "model.onnx")


if __name__ == "__main__":
    main()
