import type { LanguageModel } from '@policypatch/core'
import { createLanguageModel, type GenerateOptions, type Prompt } from '@policypatch/core/platform'

/** Seconds until a stream's first chunk, which is its first token, and until its end. */
export async function timeStream(
  model: LanguageModel,
  prompt: Prompt,
  options: GenerateOptions,
): Promise<{ first: number; seconds: number }> {
  const start = performance.now()
  let first: number | undefined
  for await (const _ of model.stream(prompt, options)) first ??= performance.now()
  const end = performance.now()
  return { first: ((first ?? end) - start) / 1000, seconds: (end - start) / 1000 }
}

/** The model without end tokens, so that it generates exactly the requested number of tokens. */
export function withoutEnd(model: LanguageModel): Promise<LanguageModel> {
  return createLanguageModel({ ...model, tokenizer: { ...model.tokenizer, eosTokenIds: [-1] } })
}
