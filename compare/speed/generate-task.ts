import type { RealModel } from '../sides/real-model.ts'

/** What a side is told before it generates: greedily, `tokens` tokens for every prompt, whatever comes. */
export interface GenerateTask extends RealModel {
  readonly dtype?: 'fp32' | 'bf16'
  /** Users' turns. */
  readonly prompts: readonly string[]
  /** Their ids, rendered by the chat template, for the sides that take ids. */
  readonly ids: readonly (readonly number[])[]
  readonly tokens: number
}

/** What it answers each time. */
export interface GenerateReport {
  /** For all tokens of all prompts. */
  readonly seconds: number
  /** Until the first token; of one prompt alone. */
  readonly first: number | null
  /** The new tokens of each prompt. */
  readonly generated: readonly (readonly number[])[]
}
