"""A side's end of the lines that side.ts writes; serve-steps.ts is the same for ours."""

import json
import sys
from collections.abc import Callable


def serve_steps(prepare: Callable[[dict], Callable[[], dict]]) -> None:
    """Takes a task on the first line of input, then a step at every further line, each answered with a line of JSON."""
    step = prepare(json.loads(sys.stdin.readline()))
    print(json.dumps({"ready": True}), flush=True)
    while sys.stdin.readline():
        print(json.dumps(step()), flush=True)
