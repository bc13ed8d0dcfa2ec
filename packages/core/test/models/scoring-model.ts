import { throwIfAborted } from '../../src/errors.ts'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { numberTokenizer } from '../../src/testing/number-tokenizer.ts'

/**
 * A model that only supports `score` and the tokenizer. A text's tokens are its characters, a token's log-probability is a
 * function of it, and requests are recorded.
 */
export function scoringModel(
  id: string,
  logp: (character: string) => number,
): LanguageModel & { readonly asked: string[] } {
  const asked: string[] = []
  const encode = (text: string) => [...text].map((character) => character.codePointAt(0) as number)
  const decode = (ids: readonly number[]) => String.fromCodePoint(...ids)
  const tokenizer = {
    ...numberTokenizer({ vocabSize: 2 ** 17 }),
    encode,
    decode,
    encodePrompt: encode as never,
  }
  const model: Partial<LanguageModel> = {
    id,
    weights: {},
    architecture: { name: id } as LanguageModel['architecture'],
    tokenizer,
    weightsFingerprint: `weights of ${id}`,
    precision: 'float32',
    prefix: undefined,
    config: { maxPositions: 100 } as LanguageModel['config'],
    async score(requests, { signal } = {}) {
      throwIfAborted(signal, 'scoring')
      return requests.map(({ response }) => {
        const tokens = response as readonly number[]
        asked.push(decode(tokens))
        return { tokens, logProbabilities: Float32Array.from([...decode(tokens)], logp) }
      })
    },
  }
  return { ...(model as LanguageModel), asked }
}
