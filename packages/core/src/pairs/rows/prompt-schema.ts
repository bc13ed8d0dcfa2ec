import * as z from 'zod/mini'
import { joined, kindOf, messageOf, type NoMessage } from '../../tokenize/chat-messages.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'

/** Speakers in ShareGPT and similar files, by the roles of chat templates. */
const speakers: Readonly<Record<string, string>> = {
  system: 'system',
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  model: 'assistant',
  assistant: 'assistant',
  tool: 'tool',
  observation: 'tool',
}

/** Whether a value is a list of objects as in conversations: {role, content} or ShareGPT's {from, value}. */
export const isConversation = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((turn) => typeof turn === 'object' && turn !== null && ('role' in turn || 'from' in turn))

/** The messages of a conversation in a file. Null fields count as absent. */
export function messagesOf(turns: readonly unknown[]): readonly ChatMessage[] | NoMessage {
  const messages: ChatMessage[] = []
  for (const [index, turn] of turns.entries()) {
    const message = messageOf(turnOf(turn))
    if ('problem' in message) return { problem: `${message.problem} in message ${index}` }
    messages.push(joined(message as ChatMessage))
  }
  return messages
}

/** A prompt in a file, or what is wrong with it. */
export function promptOf(value: unknown): string | readonly ChatMessage[] | NoMessage {
  if (typeof value === 'string') return value === '' ? { problem: 'an empty text' } : value
  if (!Array.isArray(value)) return { problem: kindOf(value) }
  return value.length === 0 ? { problem: 'an empty list' } : messagesOf(value)
}

export const isProblem = (value: unknown): value is NoMessage =>
  typeof value === 'object' && value !== null && 'problem' in value

/** A prompt in a file: a non-empty text, or a conversation of at least one message. */
export const promptSchema: z.ZodMiniType<string | readonly ChatMessage[]> = schemaOf(
  promptOf,
  'expected a text or a list of {role, content}, not empty',
)

/** A conversation in a file, which may be empty. */
export const conversationSchema: z.ZodMiniType<readonly ChatMessage[]> = schemaOf(
  (value) => (Array.isArray(value) ? messagesOf(value) : { problem: kindOf(value) }),
  'expected a list of {role, content}',
)

function schemaOf<T>(read: (value: unknown) => T | NoMessage, expected: string): z.ZodMiniType<T> {
  return z.transform((value: unknown, context) => {
    const found = read(value)
    if (!isProblem(found)) return found
    context.issues.push({ code: 'custom', message: `${expected}; found ${found.problem}`, input: value })
    return z.NEVER
  })
}

/** An object without its null fields: data sets give every row every column. */
export const withoutNulls = <T>(value: T): T =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) as T)
    : value

function turnOf(turn: unknown): unknown {
  if (typeof turn !== 'object' || turn === null || Array.isArray(turn)) return turn
  const { from, value, ...rest } = turn as Readonly<Record<string, unknown>>
  const given =
    typeof from === 'string' && rest.role == null ? { ...speech(from), content: value, ...rest } : turn
  return withoutNulls(given)
}

/** An unknown speaker is kept as the role, so that the error names it. */
const speech = (from: string) => ({ role: Object.hasOwn(speakers, from) ? speakers[from] : from })
