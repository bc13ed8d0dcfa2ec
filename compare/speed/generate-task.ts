import type { RealModel } from '../sides/real-model.ts'

/** What a side is told before it generates: `tokens` tokens for every prompt, whatever comes. */
export interface GenerateTask extends RealModel {
  readonly dtype?: 'fp32' | 'bf16'
  /** Greedily, if absent. */
  readonly sampling?: { readonly temperature: number; readonly topP: number }
  /** Of ours: with the same answers as drafts. */
  readonly drafts?: boolean
  /** Users' turns, or texts for a model without a chat template. */
  readonly format: 'chat' | 'text'
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
