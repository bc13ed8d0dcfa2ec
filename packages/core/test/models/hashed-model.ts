import type { Backend, Precision } from '../../src/backend/backend.ts'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import { findArchitecture } from '../../src/model/decoder/architectures/find-architecture.ts'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { numberTokenizer } from '../../src/testing/number-tokenizer.ts'
import { hashedWeights } from './hashed-weights.ts'

/** A model of a configuration as in config.json, with hashed weights, whose texts never end early. */
export async function hashedModel(
  config: { readonly model_type: string; readonly vocab_size: number },
  backend: Backend,
  precision?: Precision,
): Promise<LanguageModel> {
  const architecture = findArchitecture(config.model_type)
  const parsed = architecture.parseConfig({ ...config })
  const { vocab_size: vocabSize } = config
  return createLanguageModel({
    ...{ id: 'hashed', architecture, config: parsed, backend, precision },
    weights: hashedWeights(architecture.weightSpecs(parsed)),
    tokenizer: numberTokenizer({ vocabSize, eosTokenId: vocabSize }),
  })
}
