import type { Backend, NamedWeights, Precision } from '../backend.ts'
import type { Prompt, Tokenizer } from '../tokenize/tokenizer.ts'
import type { Architecture } from './architecture.ts'
import type { ModelConfig } from './model-config.ts'
import type { Prefix, ReadingPlace } from './prefix.ts'
import type { PrefixCache } from './prefix-cache.ts'

export type { Gate, Prefix, PrefixPart, ReadingPlace } from './prefix.ts'

export interface GenerateOptions {
  /** Most tokens to generate. Default 128. */
  readonly maxTokens?: number
  /** 0 (the default) is greedy; otherwise logits are divided by it before sampling. */
  readonly temperature?: number
  /** Sample from the k most probable tokens only; 0 (the default) is all. */
  readonly topK?: number
  /** Sample from the smallest set of tokens whose probabilities sum to at least this. Default 1: all. */
  readonly topP?: number
  /** Seed of sampling; each request of a batch draws from a stream of its own. Default 0. */
  readonly seed?: number
  /** Token ids that end a response, besides the tokenizer's end-of-sequence ids. */
  readonly stopTokens?: readonly number[]
  /** Rows generated together in `generateBatch`. Default 16. */
  readonly batchSize?: number
  readonly signal?: AbortSignal
}

export interface Generation {
  /** Index of its request in the batch. */
  readonly index: number
  readonly text: string
  /** The generated ids, the stop token left out. */
  readonly tokens: readonly number[]
  /** `stop`: a stop token came; `length`: maxTokens or the context was reached. */
  readonly finishReason: 'stop' | 'length'
}

/** One prompt of a batch. Requests of one batch may carry different prefixes, or none. */
export interface GenerateRequest {
  readonly prompt: Prompt
  /** Overrides the model's own prefix; `null` is none. */
  readonly prefix?: Prefix | null
  /**
   * Seeds this request's own sampling stream, so that what is drawn does not depend on its place in the batch.
   * By default a stream of `options.seed` and the request's index.
   */
  readonly seed?: number
}

/** A prompt with a response whose probability is asked for. */
export interface ScoreRequest extends GenerateRequest {
  /** Response text (tokenized without special tokens, an end-of-sequence id added) or ids as they are. */
  readonly response: string | readonly number[]
}

export interface Score {
  readonly tokens: readonly number[]
  /** log π(token | prompt, tokens before) of each response token, in nats. */
  readonly logProbabilities: Float32Array
}

/** The most probable next tokens at each position of a response. */
export interface TopLogProbabilities {
  /** Tokens kept per position. */
  readonly k: number
  /** Their ids, most probable first, [tokens, k]. */
  readonly ids: Int32Array
  /** Their log-probabilities in nats, [tokens, k]. */
  readonly logProbabilities: Float32Array
}

/** A response and tokens whose probabilities are asked for at each of its positions, whatever stands there. */
export interface CandidateRequest extends ScoreRequest {
  /** Their ids, [tokens, k], with the same k in all requests. */
  readonly candidates: Int32Array
}

export interface ScoreOptions {
  /** Rows per run. Default 8. */
  readonly batchSize?: number
  readonly signal?: AbortSignal
}

/**
 * A frozen decoder on a backend, with or without a prefix. `applyPatch` gives another one of these that
 * shares the weights.
 */
export interface LanguageModel {
  /** Hub id, path or name. */
  readonly id: string
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly backend: Backend
  /** Weights under their canonical names, as float32 or packed. */
  readonly weights: NamedWeights
  /** How exactly its programs multiply by the weights, in training as in generation. */
  readonly precision: Precision
  /** SHA-256 (hex) of the normalization weights rounded to bfloat16: the same for every precision of a release. */
  readonly weightsFingerprint: string
  /** The prefix that is prepended to every prompt. */
  readonly prefix: Prefix | undefined
  /** Keys and values of prefixes that were applied: computed once, so that prompts of other stacks cost nothing more. */
  readonly prefixes: PrefixCache
  /** The same model under another prefix (or none); weights, compiled programs and caches are shared. */
  withPrefix(prefix: Prefix | undefined): LanguageModel
  generate(prompt: Prompt, options?: GenerateOptions): Promise<Generation>
  /** Yields pieces of text as they are generated; their concatenation is the response. */
  stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string>
  /** Generates for many prompts; yields each as it is finished. */
  generateBatch(
    requests: readonly (GenerateRequest | Prompt)[],
    options?: GenerateOptions,
  ): AsyncIterable<Generation>
  /** Log-probabilities of given responses, in the order of the requests. */
  score(requests: readonly ScoreRequest[], options?: ScoreOptions): Promise<Score[]>
  /** The k most probable tokens at each position of given responses, in the order of the requests. */
  distributions(
    requests: readonly ScoreRequest[],
    k: number,
    options?: ScoreOptions,
  ): Promise<TopLogProbabilities[]>
  /** log π of the candidates at each position of given responses, [tokens, k], in the order of the requests. */
  candidateLogps(requests: readonly CandidateRequest[], options?: ScoreOptions): Promise<Float32Array[]>
  /**
   * What the base, without a prefix, makes of prompts: of each, after each of the n `layers`, the hidden state of
   * its last token, then the mean of its last `window` ones, [2dn]; under `question`, of what the user asks last. Throws `CONTEXT_EXCEEDED`,
   * `INVALID_ARGUMENT` for an empty prompt, `NO_CHAT_TEMPLATE`.
   */
  hiddenStates(
    prompts: readonly Prompt[],
    place: ReadingPlace,
    options?: ScoreOptions,
  ): Promise<Float32Array[]>
  /** Whether the model's prefix, or one of its parts, takes effect on each prompt: where gates fire, or there are none. */
  takesEffect(prompts: readonly Prompt[], options?: ScoreOptions): Promise<boolean[]>
  /** Frees what was compiled, which may take more memory than the weights; it is compiled anew when it is needed. */
  releasePrograms(): Promise<void>
  /**
   * Frees what the model and its versions under other prefixes hold: programs, keys and values of prefixes, and the backend
   * where `loadModel` made it. None of them is to be used any more. A backend that was given to it gives back their weights.
   */
  dispose(): Promise<void>
}
