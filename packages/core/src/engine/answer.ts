import { PatchError, refuseOptions } from '../errors.ts'
import type { BatchRequest } from '../model/generate/prefill.ts'
import { createIncrementalDecoder } from '../tokenize/incremental-decoder.ts'
import type { Tokenizer } from '../tokenize/tokenizer.ts'
import type { EngineEvent, EngineRequest } from './engine.ts'
import { logProbabilities } from './log-probabilities.ts'
import { stopTexts } from './stop-texts.ts'

/** A response in the making, between the batch and its reader. */
export interface Answer {
  readonly request: BatchRequest
  readonly events: AsyncIterable<EngineEvent>
  /** Records how many tokens of its prompt were cached. */
  found(cachedTokens: number): void
  /** Adds a token; true if it completed a stop text, which ended the response. */
  push(token: number): boolean
  /** @param rest last text; default what was held back */
  end(finishReason: 'stop' | 'length', rest?: string): true
  fail(error: unknown): void
}

/** @param drop called when the response ends before its last token: nobody reads it, its signal fired, or it waited too long */
export function createAnswer(
  tokenizer: Tokenizer,
  asked: EngineRequest,
  request: BatchRequest,
  drop: (answer: Answer) => void,
): Answer {
  checkAsked(asked)
  if (asked.signal?.aborted) throw aborted(asked.signal)
  const { stop = [], topLogProbabilities: k, signal, queueTimeout } = asked
  const decoder = createIncrementalDecoder(tokenizer)
  const stops = stopTexts(stop)
  let cachedTokens = 0
  let completionTokens = 0
  let seen: ReturnType<typeof logProbabilities> | undefined
  let controller: ReadableStreamDefaultController<EngineEvent> | undefined
  let waiting: ReturnType<typeof setTimeout> | undefined

  /** Releases the timer, the abort listener and the stream's controller. */
  const settle = () => {
    clearTimeout(waiting)
    signal?.removeEventListener('abort', abort)
    controller = undefined
  }
  const stream = new ReadableStream<EngineEvent>({
    start: (started) => {
      controller = started
    },
    cancel: () => {
      settle()
      drop(answer)
    },
  })
  const giveUp = (error: PatchError) => {
    drop(answer)
    answer.fail(error)
  }
  const abort = () => giveUp(aborted(signal))

  const observe = (logits: Float32Array, token: number) => {
    seen = logProbabilities(logits, token, k ?? 0)
  }

  const answer: Answer = {
    request: k === undefined ? request : { ...request, observe },
    events: read(stream),
    found: (tokens) => {
      cachedTokens = tokens
    },
    push(token) {
      clearTimeout(waiting)
      completionTokens++
      const { text, stopped } = stops.push(decoder.push(token))
      controller?.enqueue({ type: 'token', token, text, ...seen })
      return stopped && answer.end('stop', '')
    },
    end(finishReason, rest = stops.push(decoder.flush()).text + stops.flush()) {
      const promptTokens = request.tokens.length
      controller?.enqueue({
        type: 'end',
        text: rest,
        finishReason,
        promptTokens,
        cachedTokens,
        completionTokens,
      })
      controller?.close()
      settle()
      return true
    },
    fail(error) {
      controller?.error(error)
      settle()
    },
  }
  signal?.addEventListener('abort', abort)
  if (queueTimeout !== undefined) waiting = setTimeout(() => giveUp(late(queueTimeout)), queueTimeout)
  return answer
}

/**
 * Yields what a stream holds. Breaking off the iteration cancels the stream, even before the first value was requested, which a
 * generator would not do.
 */
function read<Value>(stream: ReadableStream<Value>): AsyncIterableIterator<Value, undefined> {
  const reader = stream.getReader()
  return {
    async next() {
      const { done, value } = await reader.read()
      return done ? { done, value: undefined } : { done, value }
    },
    async return() {
      await reader.cancel()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function checkAsked({ stop = [], topLogProbabilities = 0, queueTimeout = 1 }: EngineRequest): void {
  refuseOptions(
    [
      !stop.every((text) => typeof text === 'string' && text !== '') && 'an empty stop text',
      !(Number.isInteger(topLogProbabilities) && topLogProbabilities >= 0 && topLogProbabilities <= 20) &&
        `topLogProbabilities ${topLogProbabilities}`,
      !(queueTimeout > 0) && `queueTimeout ${queueTimeout}`,
    ],
    'stop texts that are not empty, topLogProbabilities from 0 to 20, queueTimeout above 0',
  )
}

const aborted = (signal: AbortSignal | undefined) =>
  new PatchError('ABORTED', {
    expected: 'a response to its end',
    found: 'an abort signal',
    remedy: 'Send the request again',
    cause: signal?.reason,
  })

const late = (milliseconds: number) =>
  new PatchError('DEADLINE_EXCEEDED', {
    expected: `the first token within ${milliseconds} ms`,
    found: 'none yet',
    remedy: 'Try again when less is asked, or allow a longer queueTimeout',
  })
