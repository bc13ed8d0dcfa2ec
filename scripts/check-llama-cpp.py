"""Runs llama.cpp itself on the files of tiny models that its converter made, and compares it with transformers.

    python scripts/goldens/family-ggufs.py --llama-cpp llama.cpp --keep FOLDER
    pip install xllamacpp==2026.10.11549
    python scripts/check-llama-cpp.py FOLDER

Prints for each case of packages/core/test/goldens/family-ggufs.json the relative difference of llama.cpp's log-probabilities from
those of transformers for the checkpoint. Fails where it is above 1e-5, or for families with GELU, of which llama.cpp has a table in
half precision, above 2e-2; or where a case that is `expected` to differ does not.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "packages/core/test/goldens/family-ggufs.json"
GELU = {"gemma", "gemma2", "gemma3_text", "gpt_neox", "gpt2"}


def expected(case: dict) -> str | None:
    """Why llama.cpp does something else than the checkpoint's model."""
    family, change = case["family"], case["change"]
    if "refused" in case:
        return f"it passes over what {case['refused']} is about"
    if "beta_fast" in change.get("rope_parameters", {}):
        return "it passes over YaRN's bounds in this family"
    if family == "phi3":
        return "it has no windows for this family" if change.get("sliding_window") else "its contexts are longer: other factors"
    if change.get("attention_bias") and family not in ("llama", "granite"):
        return "it does not load biases of this family"
    return None


def logps_of(path: Path, ids: list[int]) -> list[float]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel, params.n_gpu_layers, params.verbosity = 64, 1, 0, -1
    params.warmup = params.ctx_shift = params.cache_prompt = False
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    server = xllamacpp.Server(params)
    logps = []
    for i in range(1, len(ids)):
        request = {"prompt": ids[:i], "n_predict": 1, "logprobs": 61, "n_probs": 61, "temperature": 1.0, "samplers": []}
        answer = server.handle_completions(request)
        [token] = (answer if isinstance(answer, dict) else json.loads(answer))["choices"][0]["logprobs"]["content"]
        logps.append(next(one["logprob"] for one in token["top_logprobs"] if one["id"] == ids[i]))
    return logps


def difference(path: Path, case: dict) -> float:
    """Infinity for a file that llama.cpp does not load. Each has a process of its own, for a failure may end it."""
    run = [sys.executable, __file__, str(path), "--ids", json.dumps(case["ids"])]
    answer = subprocess.run(run, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return math.inf
    found = json.loads(answer.stdout.splitlines()[-1])
    return math.dist(found, case["logps"]) / math.hypot(*case["logps"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ids", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ids:
        print(json.dumps(logps_of(options.folder, options.ids)))
        return
    wrong = 0
    for i, case in enumerate(json.loads(GOLDEN.read_text())["cases"]):
        why, most = expected(case), 2e-2 if case["family"] in GELU else 1e-5
        found = difference(options.folder / f"{i}-{case['family']}.gguf", case)
        right = found > most if why else found <= most
        wrong += not right
        print(f"{'ok' if right else 'WRONG':5} {found:.1e} {case['family']} {json.dumps(case['change'])} {why or ''}")
    if wrong:
        sys.exit(f"{wrong} cases are not as expected")


if __name__ == "__main__":
    main()
