import type { Backend } from '../../src/backend/backend.ts'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { fnv1a } from '../../src/pairs/rows/preference-pair.ts'
import { goldenModel } from '../goldens.ts'

/**
 * A tiny random model that also accepts words: a word's id is a hash of its spelling, so that policies, refusals and chats can be
 * tokenized. It generates numbers.
 */
export async function wordModel(backend: Backend, name = 'qwen2'): Promise<LanguageModel> {
  const { architecture, config, weights, tokenizer } = await goldenModel(name, backend)
  const idOf = (word: string) =>
    /^\d+$/.test(word) ? Number(word) : 3 + (fnv1a(new TextEncoder().encode(word)) % (config.vocabSize - 3))
  const encode = (text: string) => text.split(/\s+/).filter(Boolean).map(idOf)
  return createLanguageModel({
    id: name,
    architecture,
    config,
    weights,
    backend,
    tokenizer: {
      ...tokenizer,
      encode,
      encodePrompt: (prompt) => encode(typeof prompt === 'string' ? prompt : tokenizer.renderChat(prompt)),
    },
  })
}
