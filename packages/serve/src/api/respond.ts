import type { EngineToken } from '@policypatch/core/engine'
import type { Context } from 'hono'
import type { ChoiceRecord } from '../answer/answer-record.ts'
import type { BegunAnswer } from '../answer/begin-answer.ts'
import { eventStream, eventStreamHeaders } from '../answer/event-stream.ts'
import type { ChoiceEvent } from '../answer/merge-events.ts'
import { usageOf } from '../answer/usage.ts'
import { badField } from './api-error.ts'
import type { CommonFields } from './common-fields.ts'
import type { ServeContext } from './serve-context.ts'

/** A choice of a chunk, besides its index. */
export interface ChunkChoice {
  readonly [field: string]: unknown
  readonly logprobs: object | null
  readonly finish_reason: string | null
}

/** How an endpoint writes answers. */
export interface AnswerForm {
  /** `object` of a whole answer, and of a chunk of a streamed one. */
  readonly object: string
  readonly chunkObject: string
  /** A choice of a whole answer, besides its index and reason. */
  choice(record: ChoiceRecord, tokens: readonly EngineToken[]): object
  /** What each choice of a stream begins with. */
  readonly opening: readonly ChunkChoice[]
  /** The chunks that an event becomes; none if it has nothing to say. */
  chunks(event: ChoiceEvent): readonly ChunkChoice[]
}

/** @throws ApiError 400 for stream options without a stream */
export function checkStreamOptions({ stream, stream_options }: CommonFields): void {
  if (!stream_options || stream) return
  throw badField('stream_options', "'stream_options' needs 'stream' to be true", 'invalid_value')
}

/** Sends an answer, whole or as a stream. */
export async function respond(
  c: Context,
  context: ServeContext,
  answer: BegunAnswer,
  form: AnswerForm,
  { stream, stream_options }: CommonFields,
): Promise<Response> {
  if (!stream) return c.json(await whole(answer, context, form))
  const body = streamed(answer, context, form, stream_options?.include_usage ?? false)
  return c.body(body, { headers: eventStreamHeaders })
}

const heading = ({ record, created }: BegunAnswer, context: ServeContext, object: string) => ({
  ...{ id: record.id, object, created, model: record.model },
  system_fingerprint: `fp_${context.engine.model.weightsFingerprint.slice(0, 12)}`,
})

async function whole(answer: BegunAnswer, context: ServeContext, form: AnswerForm) {
  const { record, events } = answer
  const tokens = record.choices.map((): EngineToken[] => [])
  for await (const { index, event } of events) if (event.type === 'token') tokens[index]?.push(event)
  return {
    ...heading(answer, context, form.object),
    choices: record.choices.map((choice, index) => ({
      index,
      ...form.choice(choice, tokens[index] ?? []),
      finish_reason: choice.finishReason,
    })),
    usage: usageOf(record),
    patches: record.stack.parts,
  }
}

function streamed(answer: BegunAnswer, context: ServeContext, form: AnswerForm, withUsage: boolean) {
  const { record } = answer
  const head = heading(answer, context, form.chunkObject)
  const usage = withUsage ? { usage: null } : {}
  const chunk = (index: number, choice: ChunkChoice) => ({
    ...head,
    choices: [{ index, ...choice }],
    ...usage,
  })
  return eventStream(answer, {
    opening: record.choices.flatMap((_, index) => form.opening.map((choice) => chunk(index, choice))),
    chunks: (one) => form.chunks(one).map((choice) => chunk(one.index, choice)),
    closing: () => (withUsage ? [{ ...head, choices: [], usage: usageOf(record) }] : []),
    onError: context.onStreamError,
  })
}
