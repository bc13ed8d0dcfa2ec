import { throwIfAborted } from '../../src/errors.ts'
import type { GenerateRequest, LanguageModel } from '../../src/model/language-model/language-model.ts'
import { createRandom } from '../../src/random.ts'
import { contentText } from '../../src/tokenize/chat-messages.ts'
import type { Prompt } from '../../src/tokenize/tokenizer.ts'

/** The text of the last turn. */
export const lastTurn = (prompt: Prompt): string =>
  typeof prompt === 'string' ? prompt : contentText(prompt.at(-1) ?? {})

/**
 * A model that only supports `generateBatch`. It answers with a function of the prompt and the request's own random stream, last
 * request first, and records the prompts.
 */
export function scriptedModel(
  id: string,
  answer: (prompt: Prompt, draw: () => number) => string,
): LanguageModel & { readonly asked: string[] } {
  const asked: string[] = []
  const model: Partial<LanguageModel> = {
    id,
    weights: {},
    config: {} as LanguageModel['config'],
    architecture: { name: id } as LanguageModel['architecture'],
    tokenizer: { fingerprint: 'tokens' } as LanguageModel['tokenizer'],
    precision: 'float32',
    weightsFingerprint: `weights of ${id}`,
    prefix: undefined,
    async *generateBatch(requests, { seed = 0, signal } = {}) {
      for (const [index, request] of [...requests.entries()].reverse()) {
        throwIfAborted(signal, 'generating')
        const plain = typeof request === 'string' || Array.isArray(request)
        const { prompt, seed: own } = (plain ? { prompt: request } : request) as GenerateRequest
        asked.push(lastTurn(prompt))
        const random = createRandom(own ?? seed + index * 2 ** 32)
        yield { index, text: answer(prompt, random.uniform), tokens: [], finishReason: 'stop' }
      }
    },
  }
  return { ...(model as LanguageModel), asked }
}
