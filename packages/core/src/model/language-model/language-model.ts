/**
 * A language model as the whole package uses it: a frozen decoder with its tokenizer on a backend, with or without a prefix.
 * `create-language-model.ts` builds it. What it shares with its versions under other prefixes is its `ModelCore`, including
 * compiled programs (program-cache) and the keys and values of prefixes (prefix-cache).
 */

import type { Backend, NamedWeights, Precision } from '../../backend/backend.ts'
import type { Prompt, Tokenizer } from '../../tokenize/tokenizer.ts'
import type { Architecture } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import type { Prefix, ReadingPlace } from './prefix.ts'
import type { PrefixCache } from './prefix-cache.ts'

export type { Gate, Prefix, PrefixPart, ReadingPlace } from './prefix.ts'

/** How responses are generated. */
export interface GenerateOptions {
  /** Maximum number of tokens to generate. Default 128. */
  readonly maxTokens?: number | undefined
  /** 0 (the default) is greedy; otherwise, logits are divided by it before sampling. */
  readonly temperature?: number | undefined
  /** Sample from the k most probable tokens only; 0 (the default) is all. */
  readonly topK?: number | undefined
  /** Sample from the smallest set of tokens whose probabilities sum to at least this. Default 1: all. */
  readonly topP?: number | undefined
  /** Seed for sampling; each request of a batch has its own random stream. Default 0. */
  readonly seed?: number | undefined
  /** Token ids that end a response, besides the tokenizer's end-of-sequence ids. */
  readonly stopTokens?: readonly number[] | undefined
  /** Rows generated together in `generateBatch`. Default 16. */
  readonly batchSize?: number | undefined
  /**
   * Earlier responses, by prompt. New tokens are verified against them several at a time: the output is the same, but faster
   * where they agree. If a response was generated with the same model, options and effective prefix (none where a gate is closed),
   * it is returned as it is. Each response replaces the earlier one, so that the map can be reused.
   */
  readonly drafts?: Drafts | undefined
  readonly signal?: AbortSignal | undefined
}

/** Token ids of responses, keyed by their prompts' ids separated by spaces. */
export type Drafts = Map<string, readonly number[]>

export interface Generation {
  /** Index of its request in the batch. */
  readonly index: number
  readonly text: string
  /** The generated ids, without the stop token. */
  readonly tokens: readonly number[]
  /** `stop`: a stop token was generated; `length`: maxTokens or the context limit was reached. */
  readonly finishReason: 'stop' | 'length'
}

/** One prompt of a batch. Requests of one batch may carry different prefixes, or none. */
export interface GenerateRequest {
  readonly prompt: Prompt
  /** Overrides the model's own prefix; `null` is none. */
  readonly prefix?: Prefix | null
  /**
   * Seeds this request's own random stream, so that its sample does not depend on its place in the batch. Default: derived
   * from `options.seed` and the request's index.
   */
  readonly seed?: number
}

/** A prompt with a response to score. */
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

/** A response, and candidate tokens to score at each of its positions. */
export interface CandidateRequest extends ScoreRequest {
  /** Their ids, [tokens, k], with the same k in all requests. */
  readonly candidates: Int32Array
}

export interface ScoreOptions {
  /** Rows per run. Default 8. */
  readonly batchSize?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A frozen decoder on a backend, with or without a prefix. `applyPatch` returns another one that shares the weights. */
export interface LanguageModel {
  /** Hub id, path or name. */
  readonly id: string
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly backend: Backend
  /** Weights under their canonical names, as float32 or packed. */
  readonly weights: NamedWeights
  /** Precision of products with the weights, in training and generation. */
  readonly precision: Precision
  /** SHA-256 (hex) of the normalization weights rounded to bfloat16: the same for every precision of a release. */
  readonly weightsFingerprint: string
  /** SHA-256 (hex) of the files of its weights; undefined where it was loaded without, or with an adapter. */
  readonly weightsDigest: string | undefined
  /** The prefix that is prepended to every prompt. */
  readonly prefix: Prefix | undefined
  /** Cached keys and values of applied prefixes, computed once, so that prompts under other stacks cost nothing more. */
  readonly prefixes: PrefixCache
  /** The same model with another prefix (or none); weights, compiled programs and caches are shared. */
  withPrefix(prefix: Prefix | undefined): LanguageModel
  generate(prompt: Prompt, options?: GenerateOptions): Promise<Generation>
  /** Yields pieces of text as they are generated; their concatenation is the response. */
  stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string>
  /** Generates for many prompts; yields each response when it is finished. */
  generateBatch(
    requests: readonly (GenerateRequest | Prompt)[],
    options?: GenerateOptions,
  ): AsyncIterable<Generation>
  /** Log-probabilities of given responses, in the order of the requests. */
  score(requests: readonly ScoreRequest[], options?: ScoreOptions): Promise<Score[]>
  /** The k most probable tokens at each position of given responses, in the order of the requests. */
  scoreTop(
    requests: readonly ScoreRequest[],
    k: number,
    options?: ScoreOptions,
  ): Promise<TopLogProbabilities[]>
  /** log π of the candidates at each position of given responses, [tokens, k], in the order of the requests. */
  scoreCandidates(requests: readonly CandidateRequest[], options?: ScoreOptions): Promise<Float32Array[]>
  /**
   * Hidden states of the base model, without a prefix, for prompts. For each prompt and each of the n `layers`: the hidden
   * state of its last token, then the mean of its last `window` states, [2dn]. With `question`, for the user's last message.
   * Throws `CONTEXT_EXCEEDED`, `INVALID_ARGUMENT` for an empty prompt, `NO_CHAT_TEMPLATE`.
   */
  hiddenStates(
    prompts: readonly Prompt[],
    place: ReadingPlace,
    options?: ScoreOptions,
  ): Promise<Float32Array[]>
  /** Whether the model's prefix, or one of its parts, is used for each prompt: if a gate fires, or if there is none. */
  takesEffect(prompts: readonly Prompt[], options?: ScoreOptions): Promise<boolean[]>
  /** Frees compiled programs, which may take more memory than the weights. They are compiled again when needed. */
  releasePrograms(): Promise<void>
  /**
   * Frees everything that the model and its versions with other prefixes hold: programs, keys and values of prefixes, and the
   * backend if `loadModel` created it. Do not use any of them afterwards. A backend that you passed in only releases their
   * weights.
   */
  dispose(): Promise<void>
}
