import { expandWeight, type HostTensor, type Weight } from '../../backend/backend.ts'
import type { LanguageModel } from './language-model.ts'

/** Token embeddings as a file has them, [V, d], and by what the model multiplies them; see `Scales.embedding`. */
export interface EmbeddingTable extends HostTensor {
  readonly data: Float32Array
  readonly scale: number
}

/** The token embeddings in float32, which takes memory of its own where weights are packed. */
export function embeddingTable({ architecture, config, weights }: LanguageModel): EmbeddingTable {
  const spec = architecture.weightSpecs(config).find(({ kind }) => kind === 'embedding')
  const { shape, data } = expandWeight(weights[spec?.name ?? ''] as Weight)
  return { shape, data: data as Float32Array, scale: config.scales?.embedding ?? 1 }
}

/** Embeddings of tokens as they enter the model, one after the other: ids [n] → [n, d]. */
export function embeddingRows({ data, shape, scale }: EmbeddingTable, ids: readonly number[]): Float32Array {
  const width = shape[1] as number
  const rows = new Float32Array(ids.length * width)
  for (const [i, id] of ids.entries()) rows.set(data.subarray(id * width, (id + 1) * width), i * width)
  return scale === 1 ? rows : rows.map((value) => value * scale)
}
