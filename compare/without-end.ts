import type { LanguageModel } from '@policypatch/core'
import { createLanguageModel } from '@policypatch/core/platform'

/** The model with nothing that ends a response, so that as many tokens come as are asked for. */
export function withoutEnd(model: LanguageModel): Promise<LanguageModel> {
  return createLanguageModel({ ...model, tokenizer: { ...model.tokenizer, eosTokenIds: [-1] } })
}
