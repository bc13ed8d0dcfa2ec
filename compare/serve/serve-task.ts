import type { RealModel } from '../sides/real-model.ts'

/** What a side is told: answer all chats at once, `tokens` tokens each, whatever comes. */
export interface ServeTask extends RealModel {
  /** Users' turns. */
  readonly prompts: readonly string[]
  /** Their ids, rendered by the chat template. */
  readonly ids: readonly (readonly number[])[]
  readonly tokens: number
  /** Of ours: each chat under a prefix of its own, of so many virtual tokens; 0 is none. */
  readonly prefixLength: number
  /** Of ours: one after the other, and not all at once. */
  readonly inTurn?: boolean
}

/** What it answers each time. */
export interface ServeReport {
  /** Until the last answer's end. */
  readonly seconds: number
  readonly generated: readonly (readonly number[])[]
}
