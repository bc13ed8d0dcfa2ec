/**
 * Answers that need no computing: a draft that is itself the answer of the same model, with the same prefix, to the same request.
 * A patch whose gate stays closed is the base model, so an evaluation of it asks the base model's questions once more.
 */

import type { Prefix } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import type { BatchRequest } from './prefill.ts'

/** A response, without its stop token. */
export interface Answer {
  readonly tokens: readonly number[]
  readonly finishReason: 'stop' | 'length'
}

/** Where a draft came from. */
interface Origin {
  readonly core: ModelCore
  readonly prefix: Prefix | undefined
  /** What else determines the choice of tokens. */
  readonly choice: string
  readonly maxTokens: number
  readonly answer: Answer
}

/** By the draft itself: a copy, or one that was read from a file, may be anything. */
const origins = new WeakMap<readonly number[], Origin>()

/** Remembers that a draft is the model's answer to a request. */
export function rememberAnswer(
  draft: readonly number[],
  core: ModelCore,
  request: BatchRequest,
  answer: Answer,
): void {
  const { prefix, maxTokens } = request
  origins.set(draft, { core, prefix, choice: choiceOf(request), maxTokens, answer })
}

/** The answer that the model would give to a request, if its draft came from the same request, possibly with another limit. */
export function knownAnswer(core: ModelCore, request: BatchRequest): Answer | undefined {
  const origin = request.draft && origins.get(request.draft)
  if (!origin || origin.core !== core || origin.prefix !== request.prefix) return undefined
  if (origin.choice !== choiceOf(request)) return undefined
  const { tokens, finishReason } = origin.answer
  const { maxTokens } = request
  if (tokens.length >= maxTokens) return { tokens: tokens.slice(0, maxTokens), finishReason: 'length' }
  // Below both limits, it stopped, or the context was full.
  return finishReason === 'stop' || tokens.length < origin.maxTokens ? origin.answer : undefined
}

function choiceOf({ sampling, seed, stops }: BatchRequest): string {
  const { temperature, topK, topP } = sampling ?? {}
  return JSON.stringify([[...stops].sort(), sampling && [temperature, topK, topP, seed]])
}
