import type { GenerateOptions, LanguageModel, Prefix } from '../model/language-model/language-model.ts'
import type { Prompt } from '../tokenize/tokenizer.ts'

/** How an engine is set up. */
export interface EngineOptions {
  /** Sequences decoded together. Default 16. */
  readonly batchSize?: number | undefined
  /** Requests that may wait besides; one more is refused with `QUEUE_FULL`. Default 256. */
  readonly queueLimit?: number | undefined
  /** Bytes of keys and values that are kept for prompts that begin as earlier ones did. Default 512 MiB; 0 keeps none. */
  readonly promptCacheBytes?: number | undefined
}

/** What is asked of an engine. `seed` is of the request's own random stream. */
export interface EngineRequest extends Omit<GenerateOptions, 'batchSize' | 'drafts'> {
  readonly prompt: Prompt
  /** Overrides the model's own prefix; `null` is none. */
  readonly prefix?: Prefix | null | undefined
  /** Texts that end the response; they are not part of it. */
  readonly stop?: readonly string[] | undefined
  /** Tell each token's log-probability, and those of so many of the most probable ones, 0 to 20. Absent: neither. */
  readonly topLogProbabilities?: number | undefined
  /** Ends the request: what is read of it throws `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that it may wait for its first token; then what is read of it throws `DEADLINE_EXCEEDED`. Default: no limit. */
  readonly queueTimeout?: number | undefined
}

export interface TokenLogProbability {
  readonly token: number
  /** ln π, in nats. */
  readonly logProbability: number
}

/** A token of a response. */
export interface EngineToken {
  readonly type: 'token'
  readonly token: number
  /** The text that it completes; '' where characters or a stop text are still open. */
  readonly text: string
  /** Under the model's distribution at temperature 1. */
  readonly logProbability?: number
  /** The most probable ones in its place, the most probable first. */
  readonly top?: readonly TokenLogProbability[]
}

/** The end of a response. */
export interface EngineEnd {
  readonly type: 'end'
  /** Text that was held back. */
  readonly text: string
  readonly finishReason: 'stop' | 'length'
  readonly promptTokens: number
  /** Prompt tokens whose keys and values were at hand. */
  readonly cachedTokens: number
  readonly completionTokens: number
}

export type EngineEvent = EngineToken | EngineEnd

/** What an engine is doing. */
export interface EngineStatus {
  readonly running: number
  readonly waiting: number
  /** Since the start. */
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly completionTokens: number
  readonly promptCacheBytes: number
}

/** One model that answers many requests, which come at any time and are decoded together. */
export interface Engine {
  readonly model: LanguageModel
  /**
   * Queues a request; what it yields comes as it is made, last of all its end. Stopping to read it ends the request.
   *
   * @throws at once: `INVALID_ARGUMENT`, `CONTEXT_EXCEEDED`, `SHAPE_MISMATCH`, `QUEUE_FULL`, `CLOSED`; while reading: `ABORTED`, `DEADLINE_EXCEEDED`,
   * `BACKEND_FAILED`
   */
  submit(request: EngineRequest): AsyncIterable<EngineEvent>
  status(): EngineStatus
  /** Takes no more requests and waits for those that were begun or wait; with `abort`, ends them. */
  close(options?: { readonly abort?: boolean }): Promise<void>
}
