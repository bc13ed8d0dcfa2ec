import type { Architecture } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import type { TensorReader } from './tensors/tensor-reader.ts'

/** Names of the two matrices that may be tied. */
export interface EmbeddingNames {
  /** Canonical name of the token embeddings [V, d]. */
  readonly embedding: string
  /** Other names it has in checkpoints. */
  readonly otherEmbeddings: readonly string[]
  /** Canonical name of the output projection [V, d] if it is not tied. */
  readonly output: string
}

export function embeddingNames(architecture: Architecture, config: ModelConfig): EmbeddingNames {
  const small = { ...config, layers: 1, tiedEmbeddings: false }
  const spec = architecture.weightSpecs(small).find(({ kind }) => kind === 'embedding')
  return {
    embedding: spec?.name ?? '',
    otherEmbeddings: spec?.otherNames ?? [],
    output: architecture.outputWeight(small),
  }
}

/**
 * Unties the configuration's embeddings if the file has a different output projection: like transformers 5, trusts the weights
 * over `tie_word_embeddings`.
 */
export async function storedTies(
  reader: TensorReader,
  architecture: Architecture,
  config: ModelConfig,
): Promise<ModelConfig> {
  if (!config.tiedEmbeddings || reader.format === 'gguf') return config
  const { embedding, output, otherEmbeddings } = embeddingNames(architecture, config)
  const stored = [embedding, ...otherEmbeddings].find((name) => reader.tensors.has(name))
  if (stored === undefined || !reader.tensors.has(output)) return config
  return { ...config, tiedEmbeddings: await areEqual(reader, stored, output) }
}

async function areEqual(reader: TensorReader, one: string, other: string): Promise<boolean> {
  const [first, second] = [reader.tensors.get(one), reader.tensors.get(other)]
  if (first?.byteLength !== second?.byteLength || first?.dtype !== second?.dtype) return false
  const [{ bytes }, { bytes: others }] = [await reader.readPacked(one), await reader.readPacked(other)]
  return bytes.every((byte, i) => byte === others[i])
}
