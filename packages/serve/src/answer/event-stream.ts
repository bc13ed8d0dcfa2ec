import { refusalOf } from '../api/api-error.ts'
import type { BegunAnswer } from './begin-answer.ts'
import type { ChoiceEvent } from './merge-events.ts'

export interface EventStreamOptions {
  /** Sent before the first event. */
  readonly opening: readonly unknown[]
  /** The chunks that an event becomes. */
  chunks(event: ChoiceEvent): readonly unknown[]
  /** Sent after the last event. */
  closing(): readonly unknown[]
  /** Called with an error that comes after the start, when no status code can report it any more. */
  onError(error: unknown): void
}

/** Server-sent events of an answer, each created when it is read. A client that disconnects ends the answer. */
export function eventStream(
  { events }: BegunAnswer,
  options: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let opening = options.opening
  const bytes = (values: readonly unknown[], end = '') =>
    encoder.encode(values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('') + end)
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          for (;;) {
            const { done, value } = await events.next()
            const values = done ? options.closing() : options.chunks(value)
            if (values.length + opening.length > 0 || done) {
              controller.enqueue(bytes([...opening, ...values], done ? 'data: [DONE]\n\n' : ''))
              opening = []
              return done ? controller.close() : undefined
            }
          }
        } catch (error) {
          options.onError(error)
          controller.enqueue(bytes([{ error: refusalOf(error).error }]))
          controller.close()
        }
      },
      async cancel() {
        await events.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // Proxies that buffer responses would hold it back.
  'x-accel-buffering': 'no',
}
