import { expandWeight, type HostTensor, type Weight } from '../../backend/backend.ts'
import type { LanguageModel } from './language-model.ts'

/** Token embeddings as stored, [V, d], and the factor that the model multiplies them by; see `Scales.embedding`. */
export interface EmbeddingTable extends HostTensor {
  readonly data: Float32Array
  readonly scale: number
}

const embeddingWeight = ({ architecture, config, weights }: LanguageModel): Weight =>
  weights[architecture.weightSpecs(config).find(({ kind }) => kind === 'embedding')?.name ?? ''] as Weight

const scaleOf = ({ config }: LanguageModel): number => config.scales?.embedding ?? 1

/** The token embeddings in float32, which takes additional memory if weights are packed. */
export function embeddingTable(model: LanguageModel): EmbeddingTable {
  const { shape, data } = expandWeight(embeddingWeight(model))
  return { shape, data: data as Float32Array, scale: scaleOf(model) }
}

/** Embeddings of tokens as they enter the model: ids [n] → [n, d]. */
export function embeddingRows(model: LanguageModel, ids: readonly number[]): Float32Array {
  const weight = embeddingWeight(model)
  const scale = scaleOf(model)
  const width = weight.shape[1] as number
  const rows = new Float32Array(ids.length * width)
  const isApart = 'expand' in weight && weight.rows !== undefined
  const { data } = isApart ? { data: undefined } : expandWeight(weight)
  for (const [i, id] of ids.entries()) {
    const row = rows.subarray(i * width, (i + 1) * width)
    if (data) row.set((data as Float32Array).subarray(id * width, (id + 1) * width))
    else if (isApart) weight.rows?.(id, id + 1, row)
  }
  return scale === 1 ? rows : rows.map((value) => value * scale)
}

/** Tokens sampled for the root mean square: enough for three digits. */
const sampled = 4096

/** Root mean square of token embeddings as they enter the model, over tokens sampled across the vocabulary. */
export function embeddingRms(model: LanguageModel): number {
  const vocabulary = embeddingWeight(model).shape[0] as number
  const count = Math.min(sampled, vocabulary)
  const rows = embeddingRows(
    model,
    Array.from({ length: count }, (_, i) => Math.floor((i * vocabulary) / count)),
  )
  return Math.sqrt(rows.reduce((sum, value) => sum + value * value, 0) / rows.length)
}
