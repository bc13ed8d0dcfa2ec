import type { Prefix } from './language-model.ts'

/** A prompt ready for generation. */
export interface TokenizedRequest {
  readonly index: number
  readonly tokens: readonly number[]
  readonly prefix: Prefix | undefined
  /** Whether the prefix has gates and they have decided already: what it holds then takes effect. */
  readonly decided?: boolean
  /** Of its own sampling stream; by default one of the batch's seed and the index. */
  readonly seed?: number
}
