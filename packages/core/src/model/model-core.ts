import type { Backend, NamedWeights, Precision } from '../backend.ts'
import type { Tokenizer } from '../tokenize/tokenizer.ts'
import type { Architecture } from './architecture.ts'
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
  readonly weights: NamedWeights
  readonly precision: Precision
  readonly weightsFingerprint: string
  readonly programs: ProgramCache
  /** Programs that hold weights of their own. */
  readonly residentPrograms: ProgramCache
  /** Keys and values of the prefixes that were applied. */
  readonly prefixes: ComputingPrefixCache
}
