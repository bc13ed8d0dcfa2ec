import type { LanguageModel } from '@policypatch/core'
import { createLanguageModel, type GenerateOptions, type Prompt } from '@policypatch/core/platform'

/** Seconds until a stream's first piece, which is its first token, and until its end. */
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

/** The model with nothing that ends a response, so that as many tokens come as are asked for. */
export function withoutEnd(model: LanguageModel): Promise<LanguageModel> {
  return createLanguageModel({ ...model, tokenizer: { ...model.tokenizer, eosTokenIds: [-1] } })
}
