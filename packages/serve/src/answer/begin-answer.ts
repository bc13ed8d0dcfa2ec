/**
 * Answers: what was asked is submitted to the engine, whole or not at all, and its first event is waited for. So whatever is refused,
 * by the engine or by its deadline, is refused before anything is sent.
 */

import { randomInt, randomUUID } from 'node:crypto'
import { PatchError } from '@policypatch/core'
import type { Engine, EngineRequest } from '@policypatch/core/engine'
import type { Prompt } from '@policypatch/core/platform'
import type { Sampling } from '../api/common-fields.ts'
import type { ServedStack } from '../patches/served-stack.ts'
import type { AnswerObserver, AnswerRecord, Operation } from './answer-record.ts'
import { type ChoiceEvent, mergeEvents } from './merge-events.ts'

/** What is to be answered. */
export interface Question {
  readonly operation: Operation
  readonly model: string
  readonly stack: ServedStack
  readonly prompts: readonly Prompt[]
  /** Choices for each prompt. */
  readonly choices: number
  readonly sampling: Sampling & { readonly maxTokens: number }
  /** Absent: one that is drawn. */
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

/** An answer whose first event is there. */
export interface BegunAnswer {
  readonly record: AnswerRecord
  /** Seconds since 1970. */
  readonly created: number
  /** All events, the first one too. Stopping to read them ends the answer. */
  readonly events: AsyncIterableIterator<ChoiceEvent, void>
}

/** Begins an answer. Throws what the engine throws. */
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

/** Submits every choice, or none: an engine that refuses one is to have none of the others. */
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

/** The events, while the record and the observers follow them. */
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
  // The choices of a prompt share it.
  if (index % choices === 0) {
    record.promptTokens += event.promptTokens
    record.cachedTokens += event.cachedTokens
  }
}

/** Not a generator: one that nobody has begun to read would not end the rest. */
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
