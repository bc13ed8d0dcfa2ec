import type { RealModel } from '../sides/real-model.ts'

/** What a side is told before it generates. */
export interface OverheadTask extends RealModel {
  readonly dtype?: 'fp32' | 'bf16'
  /** Users' turns, one in each round. */
  readonly prompts: readonly string[]
  /** Their ids, rendered by the chat template, for the side that takes ids. */
  readonly ids: readonly (readonly number[])[]
  readonly tokens: number
}

/** What it answers each time: the times of each of its models, the plain one first, on the same prompt. */
export type OverheadReport = readonly TokenTimes[]

/** In seconds. */
export interface TokenTimes {
  /** Until the first token. */
  readonly first: number
  /** Of each token after it, on average. */
  readonly further: number
}
