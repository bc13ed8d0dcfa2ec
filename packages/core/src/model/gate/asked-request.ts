import { contentText } from '../../tokenize/chat-messages.ts'
import type { Prompt, Tokenizer } from '../../tokenize/tokenizer.ts'

/** A prompt as it is read, and the first token of it that is averaged. */
export interface ReadTokens {
  readonly tokens: readonly number[]
  readonly from: number
}

/**
 * What gates read of a prompt: of a conversation the user's last turn alone, so that they decide on a request alike whatever
 * system prompt and turns went before it; a text as it is.
 */
export function requestOf(prompt: Prompt): Prompt {
  if (typeof prompt === 'string') return prompt
  const last = prompt.findLast(({ role }) => role === 'user')
  return last ? [last] : prompt
}

/** Whether anything can be asked in a prompt: a text of one token is the start of a text. */
export const asksSomething = (tokenizer: Tokenizer, prompt: Prompt): boolean =>
  typeof prompt !== 'string' || tokenizer.encodePrompt(prompt).length > 1

/**
 * How prompts are read: as they are, all of them, or, with a question, what is asked in each as the user's turn under the
 * question as system prompt, from the turn's own text on.
 *
 * @throws `NO_CHAT_TEMPLATE` with a question, where the tokenizer has none
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
