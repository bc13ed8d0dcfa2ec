import type { LanguageModel } from '../model/language-model/language-model.ts'
import type { BaseModelIdentity } from './manifest.ts'

/** The manifest's description of the base model. */
export function describeBase(model: LanguageModel): BaseModelIdentity {
  const { id, config, tokenizer, weightsFingerprint } = model
  return {
    id,
    architecture: config.architecture,
    hiddenSize: config.hiddenSize,
    vocabSize: config.vocabSize,
    layers: config.layers,
    heads: config.heads,
    tokenizer: tokenizer.fingerprint,
    weights: weightsFingerprint,
  }
}
