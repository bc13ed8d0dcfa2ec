import type { Prompt } from '@policypatch/core/platform'
import type { ServedStack } from '../patches/served-stack.ts'

/** What requests ask for. */
export type Operation = 'chat' | 'text_completion'

/** One of an answer's choices so far. */
export interface ChoiceRecord {
  text: string
  tokens: number
  finishReason?: 'stop' | 'length'
}

/** An answer from start to end, for its observers: metrics, logs, traces, canaries. */
export interface AnswerRecord {
  readonly id: string
  readonly operation: Operation
  /** As the request named it. */
  readonly model: string
  readonly stack: ServedStack
  /** Name of the key that was given. */
  readonly client?: string | undefined
  /** Whom rate limits count. */
  readonly payer?: string | undefined
  /** Headers of the request. */
  readonly headers: Headers
  readonly prompts: readonly Prompt[]
  /** What the prompts are, if their sender says so. */
  readonly promptKind?: 'harmful' | 'harmless' | undefined
  readonly maxTokens: number
  /** Milliseconds of `performance.now()`. */
  readonly startedAt: number
  readonly choices: readonly ChoiceRecord[]
  /** Tokens of the prompts, each prompt counted once. */
  promptTokens: number
  cachedTokens: number
  /** When the first and the last token arrived. */
  firstTokenAt?: number
  lastTokenAt?: number
}

/** How an answer ended: with its choices, with its client gone, or with an error. */
export type Outcome = 'done' | 'aborted' | 'failed'

/** Watches answers. It must not throw, because that would end them. */
export interface AnswerObserver {
  begun?(record: AnswerRecord): void
  /** A token arrived, `interval` seconds after the previous one of any choice; undefined for the first. */
  token?(record: AnswerRecord, interval: number | undefined): void
  ended?(record: AnswerRecord, outcome: Outcome, error?: unknown): void
}
