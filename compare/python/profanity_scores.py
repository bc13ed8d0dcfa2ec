"""Scores how offensive texts are with alt-profanity-check (MIT): https://github.com/dimitrismistriotis/alt-profanity-check

Writes {"alt-profanity-check": version, "scikit-learn": version} once the classifier is loaded. Then, for each input line
with a JSON array of texts, writes a line with a JSON array of the probabilities that they are offensive.
"""

import json
import sys
from importlib.metadata import version

from profanity_check import predict_prob


def main() -> None:
    sys.stdin.reconfigure(encoding="utf-8")
    print(json.dumps({name: version(name) for name in ("alt-profanity-check", "scikit-learn")}), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        print(json.dumps(predict_prob(texts).tolist() if texts else []), flush=True)


if __name__ == "__main__":
    main()
