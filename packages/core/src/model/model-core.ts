import type { Backend, NamedWeights, Precision } from '../backend.ts'
import { PatchError } from '../errors.ts'
import type { Tokenizer } from '../tokenize/tokenizer.ts'
import type { Architecture } from './architecture.ts'
import type { LanguageModel } from './language-model.ts'
import type { ModelConfig } from './model-config.ts'
import type { ComputingPrefixCache } from './prefix-cache.ts'
import type { ProgramCache } from './program-cache.ts'

/** What a model and its patched versions share. */
export interface ModelCore {
  readonly id: string
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly backend: Backend
  /** It was made for this model, and goes with it. */
  readonly ownsBackend: boolean
  readonly weights: NamedWeights
  readonly precision: Precision
  readonly weightsFingerprint: string
  readonly programs: ProgramCache
  /** Programs that hold weights of their own. */
  readonly residentPrograms: ProgramCache
  /** Keys and values of the prefixes that were applied. */
  readonly prefixes: ComputingPrefixCache
}

const cores = new WeakMap<LanguageModel, ModelCore>()

/** Notes what a model is made of, for {@link coreOf}. */
export function noteCore(model: LanguageModel, core: ModelCore): void {
  cores.set(model, core)
}

/** What a model shares with its patched versions. Throws `INVALID_ARGUMENT` for a model that is not of this package. */
export function coreOf(model: LanguageModel): ModelCore {
  const core = cores.get(model)
  if (core) return core
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a model of loadModel or createLanguageModel, or one of their withPrefix',
    found: `${model.id}, which is another object`,
    remedy: 'Give the model itself, not a copy of it',
  })
}
