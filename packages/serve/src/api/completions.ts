import type { EngineToken } from '@policypatch/core/engine'
import type { Context } from 'hono'
import type { BegunAnswer } from '../answer/begin-answer.ts'
import { eventStream, eventStreamHeaders } from '../answer/event-stream.ts'
import { type TokenText, tokenTexts } from '../answer/token-text.ts'
import { usageOf } from '../answer/usage.ts'
import { badField } from './api-error.ts'
import { ask } from './ask.ts'
import { completionSchema, parseBody } from './common-fields.ts'
import type { RequestVariables, ServeContext } from './serve-context.ts'

/** `POST /v1/completions`: texts that are continued as they are. */
export function completions(context: ServeContext) {
  const textOf = tokenTexts(context.engine.model.tokenizer)
  return async (c: Context<RequestVariables>): Promise<Response> => {
    const fields = parseBody(completionSchema, await c.req.json())
    const { logprobs, best_of, stream_options } = fields
    if (best_of !== undefined && best_of !== (fields.n ?? 1)) {
      throw badField(
        'best_of',
        "'best_of' other than 'n' is not supported by this server",
        'unsupported_parameter',
      )
    }
    if (stream_options && !fields.stream) {
      throw badField('stream_options', "'stream_options' needs 'stream' to be true", 'invalid_value')
    }
    const answer = await ask(c, context, {
      ...{ operation: 'text_completion', fields, prompts: promptsOf(fields.prompt) },
      topLogProbabilities: logprobs,
    })
    if (!fields.stream) return c.json(await whole(answer, context, logprobs !== undefined, textOf))
    const wanted = { logprobs: logprobs !== undefined, usage: stream_options?.include_usage ?? false }
    return c.body(streamed(answer, context, wanted, textOf), { headers: eventStreamHeaders })
  }
}

function promptsOf(prompt: string | readonly unknown[]): string[] {
  const prompts = typeof prompt === 'string' ? [prompt] : prompt
  return prompts.map((one, i) => {
    if (typeof one === 'string') return one
    throw badField(
      `prompt.${i}`,
      "'prompt' must be a text or a list of texts: token ids are not supported",
      'invalid_type',
    )
  })
}

const heading = ({ record, created }: BegunAnswer, context: ServeContext) => ({
  ...{ id: record.id, object: 'text_completion', created, model: record.model },
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
    ...heading(answer, context),
    choices: record.choices.map(({ text, finishReason }, index) => ({
      ...{ index, text },
      logprobs: logprobs ? logprobsOf(tokens[index] ?? [], textOf, 0) : null,
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
  const head = heading(answer, context)
  const usage = wanted.usage ? { usage: null } : {}
  const offsets = record.choices.map(() => 0)
  const chunk = (index: number, text: string, logprobs: object | null, finish_reason: string | null) => ({
    ...head,
    choices: [{ index, text, logprobs, finish_reason }],
    ...usage,
  })
  return eventStream(answer, {
    opening: [],
    chunks({ index, event }) {
      const { text } = event
      if (event.type === 'end') return [chunk(index, text, null, event.finishReason)]
      if (!wanted.logprobs) return text === '' ? [] : [chunk(index, text, null, null)]
      const logprobs = logprobsOf([event], textOf, offsets[index] ?? 0)
      offsets[index] = (offsets[index] ?? 0) + (logprobs.tokens[0]?.length ?? 0)
      return [chunk(index, text, logprobs, null)]
    },
    closing: () => (wanted.usage ? [{ ...head, choices: [], usage: usageOf(record) }] : []),
    onError: context.onStreamError,
  })
}

/** @param offset characters of the answer before the first token */
function logprobsOf(tokens: readonly EngineToken[], textOf: (id: number) => TokenText, offset: number) {
  const texts = tokens.map(({ token }) => textOf(token).token)
  let at = offset
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logProbability = 0 }) => logProbability),
    top_logprobs: tokens.map(({ top = [] }) =>
      Object.fromEntries(top.map((one) => [textOf(one.token).token, one.logProbability])),
    ),
    text_offset: texts.map((text) => {
      const here = at
      at += text.length
      return here
    }),
  }
}
