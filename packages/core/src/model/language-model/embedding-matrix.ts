import { expandWeight, type HostTensor, type Weight } from '../../backend/backend.ts'
import type { LanguageModel } from './language-model.ts'

/** The token embeddings [V, d] in float32, which takes memory of its own where weights are packed. */
export function embeddingMatrix({ architecture, config, weights }: LanguageModel): HostTensor {
  const spec = architecture.weightSpecs(config).find(({ kind }) => kind === 'embedding')
  return expandWeight(weights[spec?.name ?? ''] as Weight)
}

/** Rows of an embedding matrix, one after the other: ids [n] → [n, d]. */
export function embeddingRows({ data, shape }: HostTensor, ids: readonly number[]): Float32Array {
  const width = shape[1] as number
  const rows = new Float32Array(ids.length * width)
  for (const [i, id] of ids.entries()) rows.set(data.subarray(id * width, (id + 1) * width), i * width)
  return rows
}
