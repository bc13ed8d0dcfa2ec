/**
 * Messages in the usual forms: content may be a text or a list of parts, as in OpenAI's API and transformers, and a turn may have
 * further fields, which chat templates read. Everything is kept except content other than text, which the models here cannot use
 * and which is refused by name.
 */

import { PatchError } from '../errors.ts'
import { excerpt } from '../text/printable.ts'
import type { ChatMessage, TextPart } from './tokenizer.ts'

/** The text of a message: all its parts, concatenated; empty for a turn with only tool calls. */
export function contentText({ content }: Pick<ChatMessage, 'content'>): string {
  if (typeof content === 'string') return content
  return content?.map(({ text }) => text).join('') ?? ''
}

/** An invalid message, or one with content other than text: a phrase that says what was found. */
export interface NoMessage {
  readonly problem: string
}

/**
 * Parses a message, with its content as text or parts, and all its other fields. Text parts are those of the types `text`,
 * `input_text`, `output_text` and `refusal`, and plain strings.
 */
export function messageOf(value: unknown): ChatMessage | NoMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: kindOf(value) }
  const { role, content, ...rest } = value as Readonly<Record<string, unknown>>
  if (typeof role !== 'string' || role === '') {
    return { problem: role == null ? 'no role' : `a role that is ${role === '' ? 'empty' : kindOf(role)}` }
  }
  if (typeof content === 'string') return { role, content, ...rest }
  if (Array.isArray(content)) {
    const parts = content.map(partOf)
    const other = parts.find((part) => 'problem' in part)
    return other && 'problem' in other ? other : { role, content: parts as TextPart[], ...rest }
  }
  if (content != null) return { problem: `content that is ${kindOf(content)}` }
  if (!hasCalls(rest))
    return { problem: `${content === null ? 'null for' : 'no'} content, and no tool_calls` }
  return content === null ? { role, content, ...rest } : { role, ...rest }
}

/** A message with its content joined into one text. */
export const joined = (message: ChatMessage): ChatMessage =>
  Array.isArray(message.content) ? { ...message, content: contentText(message) } : message

/**
 * Messages for a chat template: parts are joined unless it reads lists of them, which most do not.
 *
 * @throws `INVALID_ARGUMENT` for an invalid message or content other than text, with the message's index
 */
export function templateMessages(messages: readonly ChatMessage[], takesParts: boolean): ChatMessage[] {
  if (!Array.isArray(messages)) throw refused('a list of messages', kindOf(messages))
  return messages.map((value, index) => {
    const message = messageOf(value)
    if (!('problem' in message)) return takesParts ? message : joined(message as ChatMessage)
    const of = typeof value?.role === 'string' ? ` of ${excerpt(value.role, 20)}` : ''
    throw refused('messages with a role and a text', `${message.problem} in message ${index}${of}`)
  })
}

/** Whether a chat template iterates over the parts of a message's content, as those of multimodal models do. */
export const takesParts = (template: string): boolean =>
  /\bfor\s+\w+\s+in\s+(?:content|[\w.]+(?:\[-?\w+\])?(?:\.content|\[\s*['"]content['"]\s*\]))\s*(?:-?%|\||if\b)/.test(
    template,
  )

const textFields = new Map([
  ['text', 'text'],
  ['input_text', 'text'],
  ['output_text', 'text'],
  ['refusal', 'refusal'],
])

/** Parses a text part. Data sets give every part every field, null if it is unused. */
export function partOf(value: unknown): TextPart | NoMessage {
  if (typeof value === 'string') return { type: 'text', text: value }
  if (typeof value !== 'object' || value === null) return { problem: `a part that is ${kindOf(value)}` }
  const { type, ...fields } = value as Readonly<Record<string, unknown>>
  const names = Object.keys(fields).filter((name) => fields[name] != null)
  const own = type == null && names.length === 1 ? names[0] : undefined
  const kind = type ?? own
  const text = typeof kind === 'string' ? fields[textFields.get(kind) ?? ''] : undefined
  if (typeof text === 'string') return { type: 'text', text }
  const name = typeof type === 'string' ? type : names[0]
  if (name === undefined) return { problem: 'a part without a type' }
  return {
    problem: textFields.has(name) ? 'a text part without a text' : `a part of type ${excerpt(name, 20)}`,
  }
}

const hasCalls = ({ tool_calls, function_call }: Readonly<Record<string, unknown>>) =>
  (Array.isArray(tool_calls) && tool_calls.length > 0) || function_call != null

/** A value's type, in words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function refused(expected: string, found: string): PatchError {
  return new PatchError('INVALID_ARGUMENT', {
    expected,
    found,
    remedy:
      'Pass the content as a text, or as parts of type "text": images, sound and files are not supported',
  })
}
