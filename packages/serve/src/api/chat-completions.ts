import type { EngineToken } from '@policypatch/core/engine'
import type { Context } from 'hono'
import { type TokenText, tokenTexts } from '../answer/token-text.ts'
import { badField } from './api-error.ts'
import { ask } from './ask.ts'
import { chatMessages } from './chat-messages.ts'
import { chatSchema, parseBody } from './common-fields.ts'
import { type AnswerForm, type ChunkChoice, checkStreamOptions, respond } from './respond.ts'
import type { RequestVariables, ServeContext } from './serve-context.ts'

/** `POST /v1/chat/completions` */
export function chatCompletions(context: ServeContext) {
  const textOf = tokenTexts(context.engine.model.tokenizer)
  return async (c: Context<RequestVariables>): Promise<Response> => {
    const fields = parseBody(chatSchema, await c.req.json())
    const { logprobs = false, top_logprobs } = fields
    if (top_logprobs !== undefined && !logprobs) {
      throw badField('top_logprobs', "'top_logprobs' needs 'logprobs' to be true", 'invalid_value')
    }
    checkStreamOptions(fields)
    const answer = await ask(c, context, {
      ...{ operation: 'chat', fields, prompts: [chatMessages(fields.messages)] },
      topLogProbabilities: logprobs ? (top_logprobs ?? 0) : undefined,
    })
    return respond(c, context, answer, chatForm(logprobs, textOf), fields)
  }
}

function chatForm(withLogprobs: boolean, textOf: (id: number) => TokenText): AnswerForm {
  const logprobsOf = (tokens: readonly EngineToken[]) => {
    const content = tokens.map(({ token, logProbability = 0, top = [] }) => ({
      ...textOf(token),
      logprob: logProbability,
      top_logprobs: top.map((one) => ({ ...textOf(one.token), logprob: one.logProbability })),
    }))
    return { content, refusal: null }
  }
  const chunk = (
    delta: object,
    logprobs: object | null = null,
    reason: string | null = null,
  ): ChunkChoice => ({
    ...{ delta, logprobs },
    finish_reason: reason,
  })
  return {
    object: 'chat.completion',
    chunkObject: 'chat.completion.chunk',
    choice: ({ text }, tokens) => ({
      message: { role: 'assistant', content: text, refusal: null },
      logprobs: withLogprobs ? logprobsOf(tokens) : null,
    }),
    opening: [chunk({ role: 'assistant', content: '', refusal: null })],
    chunks({ event }) {
      const { text } = event
      if (event.type === 'end') {
        const rest = text === '' ? [] : [chunk({ content: text })]
        return [...rest, chunk({}, null, event.finishReason)]
      }
      if (!withLogprobs && text === '') return []
      return [chunk({ content: text }, withLogprobs ? logprobsOf([event]) : null)]
    },
  }
}
