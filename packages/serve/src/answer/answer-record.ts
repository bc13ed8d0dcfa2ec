import type { Prompt } from '@policypatch/core/platform'
import type { ServedStack } from '../patches/served-stack.ts'

/** What requests ask for. */
export type Operation = 'chat' | 'text_completion'

/** What is known of one of an answer's choices so far. */
export interface ChoiceRecord {
  text: string
  tokens: number
  finishReason?: 'stop' | 'length'
}

/** An answer from its beginning to its end, for those that watch: metrics, logs, traces, canaries. */
export interface AnswerRecord {
  readonly id: string
  readonly operation: Operation
  /** As the request named it. */
  readonly model: string
  readonly stack: ServedStack
  /** Of the key that was given. */
  readonly client?: string | undefined
  /** Whom limits count. */
  readonly payer?: string | undefined
  /** Headers of the request. */
  readonly headers: Headers
  readonly prompts: readonly Prompt[]
  /** What the prompts are, where their sender says it. */
  readonly promptKind?: 'harmful' | 'harmless' | undefined
  readonly maxTokens: number
  /** Milliseconds of `performance.now()`. */
  readonly startedAt: number
  readonly choices: readonly ChoiceRecord[]
  /** Of the prompts, each counted once. */
  promptTokens: number
  cachedTokens: number
  /** When the first and the last token came. */
  firstTokenAt?: number
  lastTokenAt?: number
}

/** How an answer ended: with its choices, with its client gone, or with an error. */
export type Outcome = 'done' | 'aborted' | 'failed'

/** Watches answers. What it throws would end them: it must not. */
export interface AnswerObserver {
  begun?(record: AnswerRecord): void
  /** A token came, so many seconds after the one before of any choice; undefined for the first. */
  token?(record: AnswerRecord, interval: number | undefined): void
  ended?(record: AnswerRecord, outcome: Outcome, error?: unknown): void
}
