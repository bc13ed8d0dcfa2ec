import type { Tokenizer } from '../tokenize/tokenizer.ts'
import type { Architecture } from './architecture.ts'
import type { ModelConfig } from './model-config.ts'
import type { TensorReader } from './tensor-reader.ts'

export interface OpenModelOptions {
  /** Additional architectures. */
  readonly architectures?: readonly Architecture[] | undefined
  /** What its user should know of the model, a line each. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/** What a model's files say of it, before its weights are read. */
export interface OpenedModel {
  readonly reader: TensorReader
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
}
