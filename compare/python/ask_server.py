"""Queries a server with the openai package and prints the responses as JSON. Arguments: base URL and model."""

import json
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
model = sys.argv[2]
messages = [{"role": "user", "content": "hi"}]
settings = {"max_tokens": 8, "temperature": 0}

whole = client.chat.completions.create(model=model, messages=messages, logprobs=True, top_logprobs=2, **settings)
raw = client.chat.completions.with_raw_response.create(
    model=model, messages=messages, extra_body={"patches": ["harmfulness"]}, **settings
)
streamed = ""
usage = None
for chunk in client.chat.completions.create(
    model=model, messages=messages, stream=True, stream_options={"include_usage": True}, **settings
):
    streamed += chunk.choices[0].delta.content or "" if chunk.choices else ""
    usage = chunk.usage or usage
several = client.chat.completions.create(model=model, messages=messages, n=3, seed=5, max_tokens=8)
completion = client.completions.create(model=model, prompt="hi", logprobs=1, **settings)


def refusal(**fields):
    try:
        client.chat.completions.create(**{"model": model, "messages": messages, **fields})
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.code, error.param]
    return None


print(
    json.dumps(
        {
            "models": [one.id for one in client.models.list()],
            "whole": whole.choices[0].message.content,
            "logprobs": len(whole.choices[0].logprobs.content),
            "top": len(whole.choices[0].logprobs.content[0].top_logprobs),
            "patched": raw.parse().choices[0].message.content,
            "patches": raw.headers["x-policypatch-patches"],
            "streamed": streamed,
            "usage": usage.completion_tokens,
            "several": len({choice.message.content for choice in several.choices}),
            "completion": completion.choices[0].text,
            "unknown": refusal(model="gpt-5"),
            "tools": refusal(tools=[{"type": "function", "function": {"name": "f"}}], stream=True),
            "long": refusal(messages=[{"role": "user", "content": "x" * 400}], stream=True),
        }
    )
)
