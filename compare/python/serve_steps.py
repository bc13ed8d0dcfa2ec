"""A side's end of side.ts's line protocol, the counterpart of serve-steps.ts."""

import json
import sys
from collections.abc import Callable


def serve_steps(prepare: Callable[[dict], Callable[[], dict]]) -> None:
    """Reads a task from the first line of input, then runs a step per further line. Answers each with a line of JSON."""
    step = prepare(json.loads(sys.stdin.readline()))
    print(json.dumps({"ready": True}), flush=True)
    while sys.stdin.readline():
        print(json.dumps(step()), flush=True)
