import type { Backend, NamedWeights, Precision } from '../../backend/backend.ts'
import { PatchError } from '../../errors.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import type { Architecture } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import type { LanguageModel } from './language-model.ts'
import type { ComputingPrefixCache } from './prefix-cache.ts'
import type { ProgramCache } from './program-cache.ts'

/** What a model and its patched versions share. */
export interface ModelCore {
  readonly id: string
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly backend: Backend
  /** Whether the backend was created for this model and is disposed of with it. */
  readonly ownsBackend: boolean
  readonly weights: NamedWeights
  readonly precision: Precision
  readonly weightsFingerprint: string
  readonly weightsDigest: string | undefined
  readonly programs: ProgramCache
  /** Programs that hold weights of their own. */
  readonly residentPrograms: ProgramCache
  /** Keys and values of applied prefixes. */
  readonly prefixes: ComputingPrefixCache
}

const coreKey = Symbol('core')

/** Attaches the core to the model, where only {@link coreOf} finds it; copies of the object keep it. */
export function withCore(model: LanguageModel, core: ModelCore): LanguageModel {
  return Object.assign(model, { [coreKey]: core })
}

/** What a model's programs depend on. */
const bound = ['architecture', 'config', 'weights', 'backend', 'precision'] as const

/**
 * What a model shares with its patched versions. Throws `INVALID_ARGUMENT` for a model from elsewhere, and for a modified copy
 * with other weights or another configuration, which its programs do not match.
 */
export function coreOf(model: LanguageModel): ModelCore {
  const core = (model as { readonly [coreKey]?: ModelCore })[coreKey]
  const other = core ? bound.filter((part) => core[part] !== model[part]) : ['core']
  if (core && other.length === 0) return core
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a model from loadModel or createLanguageModel, or from its withPrefix',
    found: `${model.id} with ${core ? `another ${other.join(', ')}` : 'no programs'}`,
    remedy: 'Pass the model itself; createLanguageModel builds one from other parts',
  })
}
