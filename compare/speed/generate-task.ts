import type { RealModel } from '../sides/real-model.ts'

/** The task that a side receives before it generates: exactly `tokens` tokens for every prompt. */
export interface GenerateTask extends RealModel {
  readonly dtype?: 'fp32' | 'bf16'
  /** Greedy if absent. */
  readonly sampling?: { readonly temperature: number; readonly topP: number }
  /** Only for our side: the folder of a patch to apply. */
  readonly patch?: string | undefined
  /** Only for our side: the answers to pass as drafts, the model's own, copies of them, or the base model's. */
  readonly drafts?: 'own' | 'copies' | 'base'
  /** User turns, or texts for a model without a chat template. */
  readonly format: 'chat' | 'text'
  readonly prompts: readonly string[]
  /** Their ids, rendered with the chat template, for the sides that take ids. */
  readonly ids: readonly (readonly number[])[]
  readonly tokens: number
}

/** A side's report for each run. */
export interface GenerateReport {
  /** Seconds for all tokens of all prompts. */
  readonly seconds: number
  /** Seconds to the first token, only for a single prompt. */
  readonly first: number | null
  /** The new tokens of each prompt. */
  readonly generated: readonly (readonly number[])[]
}
