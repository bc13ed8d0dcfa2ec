"""Records what transformers makes of chat templates: of made ones, and of those of real models.

    python scripts/goldens/chat-templates.py

The templates of models are under packages/core/test/goldens/chat-templates; NOTICE says where they are from. Of what they
render only digests are kept. Needs transformers and jinja2.
"""

import copy
import datetime
import hashlib
import json
from pathlib import Path

import jinja2
import transformers
from transformers.utils import chat_template_utils

from inputs.chat_template_cases import conversations, made, unsupported, variables

OUT = Path(__file__).resolve().parents[2] / "packages/core/test/goldens"
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


class Then(datetime.datetime):
    """A clock that stands still, for templates that write today's date."""

    @classmethod
    def now(cls, tz=None):
        return cls(2024, 2, 9, 15, 4, 5)


def render_made(template):
    """The text, or None where Jinja2 has an error."""
    try:
        compiled = chat_template_utils._cached_compile_jinja_template(template)
        # Python lets some filters change what they are given.
        return compiled.render(**copy.deepcopy(variables))
    except Exception:
        return None


def render_real(template, conversation, add_generation_prompt):
    """A digest of the text, or None where the template refuses the conversation."""
    try:
        [text], _ = chat_template_utils.render_jinja_template(
            [conversation], chat_template=template, add_generation_prompt=add_generation_prompt, **TOKENS
        )
    except Exception:
        return None
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def main():
    chat_template_utils.datetime = Then
    templates = sorted((OUT / "chat-templates").glob("*.jinja"))
    goldens = {
        "versions": {"transformers": transformers.__version__, "jinja2": jinja2.__version__},
        "now": [2024, 2, 9, 15, 4, 5],
        "variables": variables,
        "made": [[template, render_made(template)] for template in made],
        "unsupported": unsupported,
        "tokens": TOKENS,
        "conversations": conversations,
        "real": {
            path.stem: [
                render_real(path.read_text(), conversation, add)
                for conversation in conversations
                for add in (False, True)
            ]
            for path in templates
        },
    }
    path = OUT / "chat-templates.json"
    path.write_text(json.dumps(goldens, ensure_ascii=False, indent=0).replace("\u2028", "\\u2028") + "\n")
    rendered = sum(text is not None for _, text in goldens["made"])
    print(f"{len(made)} made templates, of which {rendered} render; {len(templates)} of models, "
          f"{2 * len(conversations)} renderings each")


if __name__ == "__main__":
    main()
