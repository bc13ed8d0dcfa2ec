# The commands of docs/tutorials/publish.md.

# region measure
npx policypatch eval --patch patches/json-answers --prompts json-questions.jsonl --judge json --record
# endregion measure

# region inspect
npx policypatch inspect patches/json-answers
# endregion inspect

# region install
npx policypatch install patches/json-answers
npx policypatch list
npx policypatch generate --patch json-answers@0.1.0 "What is the capital of Italy?"
# endregion install

# region remove
npx policypatch remove json-answers@0.1.0
# endregion remove
