import type { EngineToken } from '@policypatch/core/engine'
import type { Context } from 'hono'
import { type TokenText, tokenTexts } from '../answer/token-text.ts'
import { badField } from './api-error.ts'
import { ask } from './ask.ts'
import { completionSchema, parseBody } from './common-fields.ts'
import { type AnswerForm, type ChunkChoice, checkStreamOptions, respond } from './respond.ts'
import type { RequestVariables, ServeContext } from './serve-context.ts'

/** `POST /v1/completions`: continues texts as they are. */
export function completions(context: ServeContext) {
  const textOf = tokenTexts(context.engine.model.tokenizer)
  return async (c: Context<RequestVariables>): Promise<Response> => {
    const fields = parseBody(completionSchema, await c.req.json())
    const { logprobs, best_of } = fields
    if (best_of !== undefined && best_of !== (fields.n ?? 1)) {
      throw badField(
        'best_of',
        "'best_of' other than 'n' is not supported by this server",
        'unsupported_parameter',
      )
    }
    checkStreamOptions(fields)
    const answer = await ask(c, context, {
      ...{ operation: 'text_completion', fields, prompts: promptsOf(fields.prompt) },
      topLogProbabilities: logprobs,
    })
    return respond(c, context, answer, textForm(logprobs !== undefined, textOf), fields)
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

function textForm(withLogprobs: boolean, textOf: (id: number) => TokenText): AnswerForm {
  /** Characters of each choice so far. */
  const offsets = new Map<number, number>()
  const chunk = (text: string, logprobs: object | null, reason: string | null = null): ChunkChoice => ({
    ...{ text, logprobs },
    finish_reason: reason,
  })
  return {
    object: 'text_completion',
    chunkObject: 'text_completion',
    choice: ({ text }, tokens) => ({ text, logprobs: withLogprobs ? logprobsOf(tokens, textOf, 0) : null }),
    opening: [],
    chunks({ index, event }) {
      const { text } = event
      if (event.type === 'end') return [chunk(text, null, event.finishReason)]
      if (!withLogprobs) return text === '' ? [] : [chunk(text, null)]
      const offset = offsets.get(index) ?? 0
      const logprobs = logprobsOf([event], textOf, offset)
      offsets.set(index, offset + (logprobs.tokens[0]?.length ?? 0))
      return [chunk(text, logprobs)]
    },
  }
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
