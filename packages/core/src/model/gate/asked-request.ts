import { contentText } from '../../tokenize/chat-messages.ts'
import type { Prompt, Tokenizer } from '../../tokenize/tokenizer.ts'

/** A prompt as a gate reads it, and the index of the first token to average over. */
export interface ReadTokens {
  readonly tokens: readonly number[]
  readonly from: number
}

/**
 * The part of a prompt that gates read: the user's last turn of a conversation, so that a gate's decision does not depend on the
 * system prompt and earlier turns; a text as it is.
 */
export function requestOf(prompt: Prompt): Prompt {
  if (typeof prompt === 'string') return prompt
  const last = prompt.findLast(({ role }) => role === 'user')
  return last ? [last] : prompt
}

/** Whether a prompt can ask anything: a text of a single token has only just begun. */
export const asksSomething = (tokenizer: Tokenizer, prompt: Prompt): boolean =>
  typeof prompt !== 'string' || tokenizer.encodePrompt(prompt).length > 1

/**
 * How prompts are read: without a question, as they are and in full; with one, the request as user turn under the question as
 * system prompt, averaged from the turn's own text on.
 *
 * @throws `NO_CHAT_TEMPLATE` if there is a question but no chat template
 */
export function readerOf(tokenizer: Tokenizer, question: string | undefined): (prompt: Prompt) => ReadTokens {
  if (question === undefined) return (prompt) => ({ tokens: tokenizer.encodePrompt(prompt), from: 0 })
  const under = (content: string) =>
    tokenizer.encodePrompt([
      { role: 'system', content: question },
      { role: 'user', content },
    ])
  const empty = under('')
  return (prompt) => {
    const request = requestOf(prompt)
    const tokens = under(typeof request === 'string' ? request : request.map(contentText).join('\n'))
    const differs = tokens.findIndex((token, i) => token !== empty[i])
    return { tokens, from: Math.max(0, Math.min(differs, tokens.length - 1)) }
  }
}
