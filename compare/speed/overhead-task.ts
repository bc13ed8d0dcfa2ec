import type { RealModel } from '../sides/real-model.ts'

/** The task that a side receives before it generates. */
export interface OverheadTask extends RealModel {
  readonly dtype?: 'fp32' | 'bf16'
  /** User turns, one per round. */
  readonly prompts: readonly string[]
  /** Their ids, rendered with the chat template, for the side that takes ids. */
  readonly ids: readonly (readonly number[])[]
  readonly tokens: number
}

/** A side's report for each round: the times of each of its models on the same prompt, with the plain one first. */
export type OverheadReport = readonly TokenTimes[]

/** Times in seconds. */
export interface TokenTimes {
  /** Time to the first token. */
  readonly first: number
  /** Mean time per token after it. */
  readonly further: number
}
