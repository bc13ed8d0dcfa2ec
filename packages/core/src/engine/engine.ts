import type { GenerateOptions, LanguageModel, Prefix } from '../model/language-model/language-model.ts'
import type { Prompt } from '../tokenize/tokenizer.ts'

/** Options of an engine. */
export interface EngineOptions {
  /** Sequences decoded together. Default 16. */
  readonly batchSize?: number | undefined
  /** Maximum number of waiting requests besides; further ones are rejected with `QUEUE_FULL`. Default 256. */
  readonly queueLimit?: number | undefined
  /** Maximum bytes of keys and values cached for prompts that begin like earlier ones. Default 512 MiB; 0 caches none. */
  readonly promptCacheBytes?: number | undefined
}

/** A request to an engine. `seed` seeds the request's own random stream. */
export interface EngineRequest extends Omit<GenerateOptions, 'batchSize' | 'drafts'> {
  readonly prompt: Prompt
  /** Overrides the model's own prefix; `null` means none. */
  readonly prefix?: Prefix | null | undefined
  /** Texts that end the response; they are not part of it. */
  readonly stop?: readonly string[] | undefined
  /** Reports each token's log-probability, and those of this many of the most probable tokens, 0 to 20. Absent: neither. */
  readonly topLogProbabilities?: number | undefined
  /** Ends the request; reading its events then throws `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds to wait for the first token; then reading the events throws `DEADLINE_EXCEEDED`. Default: no limit. */
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
  /** The text that it completes; '' while a character or a possible stop text is incomplete. */
  readonly text: string
  /** Under the model's distribution at temperature 1. */
  readonly logProbability?: number
  /** The most probable tokens at this position, the most probable first. */
  readonly top?: readonly TokenLogProbability[]
}

/** The end of a response. */
export interface EngineEnd {
  readonly type: 'end'
  /** Text that was held back. */
  readonly text: string
  readonly finishReason: 'stop' | 'length'
  readonly promptTokens: number
  /** Prompt tokens whose keys and values were cached. */
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

/** One model that answers many requests, which may arrive at any time and are decoded together. */
export interface Engine {
  readonly model: LanguageModel
  /**
   * Queues a request and yields its events as they are made, the end last. Breaking off the iteration ends the request.
   *
   * @throws at once: `INVALID_ARGUMENT`, `CONTEXT_EXCEEDED`, `SHAPE_MISMATCH`, `QUEUE_FULL`, `CLOSED`, and `ABORTED` if the
   *   signal has already fired; while reading: `ABORTED`, `DEADLINE_EXCEEDED`, `BACKEND_FAILED`, and `CLOSED` if the engine
   *   is closed with `abort`
   */
  submit(request: EngineRequest): AsyncIterable<EngineEvent>
  status(): EngineStatus
  /** Accepts no more requests, and waits for those that run or wait; with `abort`, ends them. */
  close(options?: { readonly abort?: boolean }): Promise<void>
}
