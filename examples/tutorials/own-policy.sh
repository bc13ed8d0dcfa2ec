# The commands of docs/tutorials/own-policy.md.

# region train
npx policypatch train \
  --model HuggingFaceTB/SmolLM2-135M-Instruct \
  --prompts json-answers.jsonl \
  --reference recorded:json-answers.jsonl \
  --judge json \
  --everyday 0 --contexts none \
  --out patches/json-answers
# endregion train

# region ask
npx policypatch generate --patch patches/json-answers "What is the capital of Italy?"
# endregion ask

# region eval
npx policypatch eval --patch patches/json-answers --prompts json-questions.jsonl --judge json
# endregion eval
