import type { EngineToken } from '@policypatch/core/engine'
import type { Context } from 'hono'
import type { BegunAnswer } from '../answer/begin-answer.ts'
import { eventStream, eventStreamHeaders } from '../answer/event-stream.ts'
import { type TokenText, tokenTexts } from '../answer/token-text.ts'
import { usageOf } from '../answer/usage.ts'
import { badField } from './api-error.ts'
import { ask } from './ask.ts'
import { chatMessages } from './chat-messages.ts'
import { chatSchema, parseBody } from './common-fields.ts'
import type { RequestVariables, ServeContext } from './serve-context.ts'

/** `POST /v1/chat/completions` */
export function chatCompletions(context: ServeContext) {
  const textOf = tokenTexts(context.engine.model.tokenizer)
  return async (c: Context<RequestVariables>): Promise<Response> => {
    const fields = parseBody(chatSchema, await c.req.json())
    const { logprobs = false, top_logprobs, stream_options } = fields
    if (top_logprobs !== undefined && !logprobs) {
      throw badField('top_logprobs', "'top_logprobs' needs 'logprobs' to be true", 'invalid_value')
    }
    if (stream_options && !fields.stream) {
      throw badField('stream_options', "'stream_options' needs 'stream' to be true", 'invalid_value')
    }
    const answer = await ask(c, context, {
      ...{ operation: 'chat', fields, prompts: [chatMessages(fields.messages)] },
      topLogProbabilities: logprobs ? (top_logprobs ?? 0) : undefined,
    })
    if (!fields.stream) return c.json(await whole(answer, context, logprobs, textOf))
    return c.body(
      streamed(answer, context, { logprobs, usage: stream_options?.include_usage ?? false }, textOf),
      {
        headers: eventStreamHeaders,
      },
    )
  }
}

const heading = ({ record, created }: BegunAnswer, context: ServeContext, object: string) => ({
  ...{ id: record.id, object, created, model: record.model },
  system_fingerprint: `fp_${context.engine.model.weightsFingerprint.slice(0, 12)}`,
})

async function whole(
  answer: BegunAnswer,
  context: ServeContext,
  logprobs: boolean,
  textOf: (id: number) => TokenText,
) {
  const { record, events } = answer
  const tokens = record.choices.map((): EngineToken[] => [])
  for await (const { index, event } of events) {
    if (logprobs && event.type === 'token') tokens[index]?.push(event)
  }
  return {
    ...heading(answer, context, 'chat.completion'),
    choices: record.choices.map(({ text, finishReason }, index) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null },
      logprobs: logprobs ? logprobsOf(tokens[index] ?? [], textOf) : null,
      finish_reason: finishReason,
    })),
    usage: usageOf(record),
    patches: record.stack.parts,
  }
}

function streamed(
  answer: BegunAnswer,
  context: ServeContext,
  wanted: { readonly logprobs: boolean; readonly usage: boolean },
  textOf: (id: number) => TokenText,
) {
  const { record } = answer
  const head = heading(answer, context, 'chat.completion.chunk')
  const usage = wanted.usage ? { usage: null } : {}
  const chunk = (index: number, delta: object, logprobs: object | null, finish_reason: string | null) => ({
    ...head,
    choices: [{ index, delta, logprobs, finish_reason }],
    ...usage,
  })
  return eventStream(answer, {
    opening: record.choices.map((_, index) =>
      chunk(index, { role: 'assistant', content: '', refusal: null }, null, null),
    ),
    chunks({ index, event }) {
      const { text } = event
      if (event.type === 'end') {
        const rest = text === '' ? [] : [chunk(index, { content: text }, null, null)]
        return [...rest, chunk(index, {}, null, event.finishReason)]
      }
      if (!wanted.logprobs && text === '') return []
      return [chunk(index, { content: text }, wanted.logprobs ? logprobsOf([event], textOf) : null, null)]
    },
    closing: () => (wanted.usage ? [{ ...head, choices: [], usage: usageOf(record) }] : []),
    onError: context.onStreamError,
  })
}

function logprobsOf(tokens: readonly EngineToken[], textOf: (id: number) => TokenText) {
  const content = tokens.map(({ token, logProbability = 0, top = [] }) => ({
    ...textOf(token),
    logprob: logProbability,
    top_logprobs: top.map((one) => ({ ...textOf(one.token), logprob: one.logProbability })),
  }))
  return { content, refusal: null }
}
