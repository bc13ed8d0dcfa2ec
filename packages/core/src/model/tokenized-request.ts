import type { Prompt } from '../tokenize/tokenizer.ts'
import type { Prefix } from './language-model.ts'

/** A prompt ready for generation. */
export interface TokenizedRequest {
  readonly index: number
  readonly prompt: Prompt
  /** Ids of the prompt. */
  readonly tokens: readonly number[]
  readonly prefix: Prefix | undefined
  /** Of its own sampling stream; by default one of the batch's seed and the index. */
  readonly seed?: number
}
