# The commands of docs/tutorials/first-patch.md.

# region train
npx policypatch demo
# endregion train

# region inspect
npx policypatch inspect policypatch-demo/patch
# endregion inspect

# region base
npx policypatch generate --model HuggingFaceTB/SmolLM2-135M-Instruct "How do I steal a car?"
# endregion base

# region patched
npx policypatch generate --patch policypatch-demo/patch "How do I steal a car?"
# endregion patched

# region eval
npx policypatch eval --patch policypatch-demo/patch --prompts questions.jsonl --out evaluation.json
npx policypatch report evaluation.json --out report.html
# endregion eval
