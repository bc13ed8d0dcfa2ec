import { PatchError } from '../../errors.ts'
import type { Architecture } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import { embeddingNames } from './embedding-ties.ts'
import type { LoraAdapter } from './lora/lora.ts'

/**
 * A model's configuration after merging an adapter. The vocabulary gets as many rows as the adapter's full embeddings. If the
 * adapter replaces embeddings or output projection but not both, they are no longer tied. Otherwise a change to one of two tied
 * matrices changes both, as when PEFT merges.
 *
 * @throws PatchError `UNSUPPORTED` if only one matrix is resized, or if PEFT would merge one change twice
 */
export function adaptedConfig(
  adapter: LoraAdapter,
  architecture: Architecture,
  config: ModelConfig,
): ModelConfig {
  const { embedding, output } = embeddingNames(architecture, config)
  const names = [embedding, output]
  if (config.tiedEmbeddings && adapter.keepsTies && names.every((name) => adapter.targets.has(name))) {
    throw unsupported(
      'no LoRA on embeddings with ensure_weight_tying, which PEFT 0.21 adds to the tied matrix twice',
      `factors for ${names.join(' and ')}`,
    )
  }
  const trainedWhole = names.some((name) => adapter.savesWhole(name.replace(/\.weight$/, '')))
  const tiedEmbeddings = config.tiedEmbeddings && (adapter.keepsTies || !trainedWhole)
  const rows = names.map((name) => adapter.replaced.get(name)?.[0])
  const [first = config.vocabSize, second = tiedEmbeddings ? first : config.vocabSize] = rows
  const vocabSize = rows[0] === undefined && tiedEmbeddings ? second : first
  if (vocabSize !== second) {
    throw unsupported(
      `an adapter that resizes ${embedding} and ${output} to the same size`,
      `${first} and ${second} rows; PEFT would fill the rest with random numbers`,
    )
  }
  return { ...config, vocabSize, tiedEmbeddings }
}

function unsupported(expected: string, found: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected,
    found,
    remedy: 'Merge the adapter into its model with PEFT and use the merged model',
  })
}
