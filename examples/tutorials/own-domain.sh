# The commands of docs/tutorials/own-domain.md.

# region train
npx policypatch train \
  --domain json-domain.ts \
  --model HuggingFaceTB/SmolLM2-135M-Instruct \
  --prompts json-answers.jsonl \
  --reference recorded:json-answers.jsonl \
  --out patches/json-domain
# endregion train

# region eval
npx policypatch eval --domain json-domain.ts --patch patches/json-domain --prompts json-questions.jsonl --out json.json
npx policypatch report json.json --out json.html
# endregion eval
