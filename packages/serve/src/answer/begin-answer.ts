/**
 * Answers: a request is submitted to the engine completely or not at all, and its first event is awaited. So whatever the engine
 * or its deadline refuses is refused before anything is sent.
 */

import { randomInt, randomUUID } from 'node:crypto'
import { PatchError } from '@policypatch/core'
import type { Engine, EngineRequest } from '@policypatch/core/engine'
import type { Prompt } from '@policypatch/core/platform'
import type { Sampling } from '../api/common-fields.ts'
import type { ServedStack } from '../patches/served-stack.ts'
import type { AnswerObserver, AnswerRecord, Operation } from './answer-record.ts'
import { type ChoiceEvent, mergeEvents } from './merge-events.ts'

/** What to answer. */
export interface Question {
  readonly operation: Operation
  readonly model: string
  readonly stack: ServedStack
  readonly prompts: readonly Prompt[]
  /** Choices for each prompt. */
  readonly choices: number
  readonly sampling: Sampling & { readonly maxTokens: number }
  /** Default: a random seed. */
  readonly seed?: number | undefined
  readonly topLogProbabilities?: number | undefined
  /** Milliseconds until the first token. */
  readonly queueTimeout?: number | undefined
  readonly client?: string | undefined
  readonly payer?: string | undefined
  readonly promptKind?: AnswerRecord['promptKind']
  readonly headers: Headers
  readonly signal: AbortSignal
}

/** An answer whose first event has arrived. */
export interface BegunAnswer {
  readonly record: AnswerRecord
  /** Seconds since 1970. */
  readonly created: number
  /** All events, including the first. Ending the iteration ends the answer. */
  readonly events: AsyncIterableIterator<ChoiceEvent, void>
}

/** Begins an answer. Throws the engine's errors. */
export async function beginAnswer(
  engine: Engine,
  question: Question,
  observers: readonly AnswerObserver[],
): Promise<BegunAnswer> {
  const { prompts, choices, sampling } = question
  const created = Math.floor(Date.now() / 1000)
  const record: AnswerRecord = {
    payer: question.payer,
    id: `${question.operation === 'chat' ? 'chatcmpl' : 'cmpl'}-${randomUUID().replaceAll('-', '')}`,
    ...{ operation: question.operation, model: question.model, stack: question.stack },
    ...{
      client: question.client,
      headers: question.headers,
      prompts,
      promptKind: question.promptKind,
      maxTokens: sampling.maxTokens,
    },
    startedAt: performance.now(),
    choices: Array.from({ length: prompts.length * choices }, () => ({ text: '', tokens: 0 })),
    ...{ promptTokens: 0, cachedTokens: 0 },
  }
  const submitted = submitAll(engine, question)
  for (const observer of observers) observer.begun?.(record)
  const events = watched(record, mergeEvents(submitted), choices, observers)
  const first = await events.next()
  if (first.done) throw noEvents()
  return { record, created, events: startingWith(first.value, events) }
}

/** Submits every choice or none: if the engine refuses one, the others are aborted. */
function submitAll(engine: Engine, question: Question): AsyncIterable<ChoiceEvent['event']>[] {
  const { prompts, choices, stack, sampling, queueTimeout, signal, topLogProbabilities } = question
  const seed = question.seed ?? randomInt(2 ** 47)
  const refused = new AbortController()
  const submitted: AsyncIterable<ChoiceEvent['event']>[] = []
  try {
    for (const [i, prompt] of prompts.entries()) {
      for (let j = 0; j < choices; j++) {
        const request: EngineRequest = {
          ...{ prompt, prefix: stack.prefix, seed: seed + i * choices + j, ...sampling },
          ...{ queueTimeout, topLogProbabilities },
          signal: prompts.length * choices === 1 ? signal : AbortSignal.any([signal, refused.signal]),
        }
        submitted.push(engine.submit(request))
      }
    }
  } catch (error) {
    refused.abort(error)
    for (const one of submitted)
      one[Symbol.asyncIterator]()
        .return?.()
        ?.catch(() => undefined)
    throw error
  }
  return submitted
}

/** Passes the events on, and updates the record and the observers. */
async function* watched(
  record: AnswerRecord,
  events: AsyncIterable<ChoiceEvent>,
  choices: number,
  observers: readonly AnswerObserver[],
): AsyncGenerator<ChoiceEvent, void, undefined> {
  let left = record.choices.length
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const one of events) {
      follow(record, one, choices, observers)
      if (one.event.type === 'end') left--
      yield one
    }
  } catch (error) {
    failure = { error }
    throw error
  } finally {
    const aborted = failure
      ? failure.error instanceof PatchError && failure.error.code === 'ABORTED'
      : left > 0
    const outcome = aborted ? 'aborted' : failure ? 'failed' : 'done'
    for (const observer of observers) observer.ended?.(record, outcome, failure?.error)
  }
}

function follow(
  record: AnswerRecord,
  { index, event }: ChoiceEvent,
  choices: number,
  observers: readonly AnswerObserver[],
): void {
  const choice = record.choices[index]
  if (!choice) return
  choice.text += event.text
  if (event.type === 'token') {
    const now = performance.now()
    const interval = record.lastTokenAt === undefined ? undefined : (now - record.lastTokenAt) / 1000
    choice.tokens++
    record.firstTokenAt ??= now
    record.lastTokenAt = now
    for (const observer of observers) observer.token?.(record, interval)
    return
  }
  choice.finishReason = event.finishReason
  choice.tokens = event.completionTokens
  // The choices of a prompt share its tokens.
  if (index % choices === 0) {
    record.promptTokens += event.promptTokens
    record.cachedTokens += event.cachedTokens
  }
}

/** Not a generator: ending one that was never read from would not end `rest`. */
function startingWith(
  first: ChoiceEvent,
  rest: AsyncGenerator<ChoiceEvent, void, undefined>,
): AsyncIterableIterator<ChoiceEvent, void> {
  let given = false
  return {
    next() {
      if (given) return rest.next()
      given = true
      return Promise.resolve({ done: false, value: first })
    },
    return: () => rest.return(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const noEvents = () =>
  new PatchError('BACKEND_FAILED', {
    expected: 'an end of every answer',
    found: 'an answer without one',
    remedy: 'Use an engine that keeps to its interface',
  })
