/**
 * Answers that need no computing: a draft that is itself the answer of the same model, with the same prefix, to the same request.
 * A patch whose gate stays closed is the base model, so an evaluation of it asks the base model's questions once more. Loaded only
 * for generation with drafts.
 */

import type { Drafts, Prefix } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import type { GenerationEvent } from './batch.ts'
import { type BatchRequest, draftKey } from './prefill.ts'

/** A response, without its stop token. */
interface Answer {
  readonly tokens: readonly number[]
  readonly finishReason: 'stop' | 'length'
}

/** Where a draft came from. */
interface Origin {
  readonly model: symbol
  readonly prefix: Prefix | undefined
  /** What else determines the choice of tokens. */
  readonly choice: string
  readonly maxTokens: number
  readonly answer: Answer
}

/** By the draft itself: a copy, or one that was read from a file, may be anything. */
const origins = new WeakMap<readonly number[], Origin>()

/** Stand for models, so that drafts do not keep the weights of one in memory. */
const symbols = new WeakMap<ModelCore, symbol>()

function symbolOf(core: ModelCore): symbol {
  const known = symbols.get(core) ?? Symbol(core.id)
  symbols.set(core, known)
  return known
}

/** The events of a request whose answer is known; undefined for others. */
export function knownEvents(core: ModelCore, request: BatchRequest): GenerationEvent[] | undefined {
  const answer = knownAnswer(core, request)
  if (!answer) return undefined
  const { index } = request
  const tokens = answer.tokens.map((token) => ({ type: 'token', index, token }) as const)
  return [...tokens, { type: 'end', index, finishReason: answer.finishReason }]
}

function knownAnswer(core: ModelCore, request: BatchRequest): Answer | undefined {
  const origin = request.draft && origins.get(request.draft)
  if (!origin || origin.model !== symbolOf(core) || origin.prefix !== request.prefix) return undefined
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

/** Keeps the answers, as their events come, as drafts for the next ones, each including where it ended. */
export function keepAnswers(core: ModelCore, drafts: Drafts) {
  const begun = new Map<number, number[]>()
  return (request: BatchRequest, event: GenerationEvent): void => {
    const { index, prefix, maxTokens } = request
    const tokens = begun.get(index) ?? []
    begun.set(index, tokens)
    if (event.type === 'token') return void tokens.push(event.token)
    const { finishReason } = event
    const draft = finishReason === 'stop' ? [...tokens, ...core.tokenizer.eosTokenIds.slice(0, 1)] : tokens
    const [model, choice] = [symbolOf(core), choiceOf(request)]
    origins.set(draft, { model, prefix, choice, maxTokens, answer: { tokens, finishReason } })
    drafts.set(draftKey(request), draft)
  }
}
