import type { HostTensor } from '../src/backend/backend.ts'
import { extend } from '../src/model/extend/extend.ts'
import type { LanguageModel, Prefix } from '../src/model/language-model/language-model.ts'
import { coreOf } from '../src/model/language-model/model-core.ts'

/** Logits [V] after some ids, with everything read at once and from scratch: no cache, no batch. */
export async function logitsAfter(model: LanguageModel, ids: readonly number[]): Promise<Float32Array> {
  const core = coreOf(model)
  const { last } = await extend(core, { tokens: [ids], starts: [0], output: 'logits' })
  return last.data as Float32Array
}

/** Greedy decoding by definition: repeatedly takes the largest logit after everything so far. */
export async function plainGreedy(
  model: LanguageModel,
  ids: readonly number[],
  count: number,
): Promise<number[]> {
  const tokens: number[] = []
  while (tokens.length < count) {
    const logits = await logitsAfter(model, [...ids, ...tokens])
    tokens.push(logits.indexOf(Math.max(...logits)))
  }
  return tokens
}

/** A prefix whose virtual tokens are the embeddings of real tokens. */
export function prefixOfIds({ weights, config }: LanguageModel, ids: readonly number[]): Prefix {
  const table = (weights['model.embed_tokens.weight'] as HostTensor).data as Float32Array
  const width = config.hiddenSize
  const rows = ids.flatMap((id) => [...table.subarray(id * width, (id + 1) * width)])
  return { length: ids.length, embeddings: Float32Array.from(rows) }
}
