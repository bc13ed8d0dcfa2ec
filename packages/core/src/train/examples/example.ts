import type { PromptKind } from '../../pairs/rows/prompt-kind.ts'

/** The reference's next-token distributions at the positions of one response, for the distillation term. */
export interface Teacher {
  /** k: number of tokens kept per position. */
  readonly k: number
  /** Their ids, [tokens, k]. */
  readonly ids: Int32Array
  /** Their log-probabilities, [tokens, k]. */
  readonly logps: Float32Array
}

/** One tokenized row for SFT. */
export interface SftExample {
  readonly prompt: readonly number[]
  /** y⁺, followed by the end-of-sequence id. */
  readonly chosen: readonly number[]
  readonly kind: PromptKind
  readonly teacher?: Teacher
  /** Weight of each of its tokens in the means of SFT and distillation. Default 1. */
  readonly weight?: number
}

/** One tokenized pair for DPO. */
export interface DpoExample extends SftExample {
  /** y⁻. */
  readonly rejected: readonly number[]
  /** log r(y⁺ | x), summed over tokens, where r is the DPO reference. */
  readonly referenceChosen: number
  /** log r(y⁻ | x). */
  readonly referenceRejected: number
}

export type TrainingExample = SftExample | DpoExample
