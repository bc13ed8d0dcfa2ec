import type { RealModel } from '../sides/real-model.ts'

/** The task of a side: answer all chats at once with exactly `tokens` tokens each. */
export interface ServeTask extends RealModel {
  /** User turns. */
  readonly prompts: readonly string[]
  /** Their ids, rendered with the chat template. */
  readonly ids: readonly (readonly number[])[]
  readonly tokens: number
  /** Only for our side: number of virtual tokens of each chat's own prefix; 0 for none. */
  readonly prefixLength: number
  /** Only for our side: one chat after the other instead of all at once. */
  readonly inTurn?: boolean
}

/** A side's report for each run. */
export interface ServeReport {
  /** Seconds until the last answer ends. */
  readonly seconds: number
  readonly generated: readonly (readonly number[])[]
}
