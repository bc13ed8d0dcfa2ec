import type { ChatMessage } from '@policypatch/core'
import { describeValue } from '@policypatch/core/platform'
import { badField } from './api-error.ts'

/** Roles as chat templates know them. */
const roles: Readonly<Record<string, string>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
}

/** Fields that clients copy from an answer into a message; allowed if they are empty. */
const empty = ['refusal', 'annotations', 'audio', 'tool_calls', 'function_call', 'reasoning_content']

/**
 * The messages of a chat.
 *
 * @throws ApiError 400 for anything but text: images, audio, files and tool calls are refused by name
 */
export function chatMessages(messages: readonly unknown[]): ChatMessage[] {
  return messages.map((value, i) => chatMessage(value, `messages.${i}`))
}

function chatMessage(value: unknown, at: string): ChatMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badField(at, `'${at}' must be an object with a role and content`, 'invalid_type')
  }
  const { role, content, name, ...rest } = value as Readonly<Record<string, unknown>>
  const known = typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : undefined
  if (known === undefined) {
    throw badField(
      `${at}.role`,
      `'${at}.role' must be system, developer, user or assistant; ${describeValue(role)} is not supported`,
      'invalid_value',
    )
  }
  for (const [field, held] of Object.entries(rest)) checkEmpty(field, held, at)
  if (name !== undefined && name !== null && typeof name !== 'string') {
    throw badField(`${at}.name`, `'${at}.name' must be a string`, 'invalid_type')
  }
  return { role: known, content: textOf(content, `${at}.content`), ...(typeof name === 'string' && { name }) }
}

function checkEmpty(field: string, held: unknown, at: string): void {
  const isEmpty = held === null || held === undefined || (Array.isArray(held) && held.length === 0)
  if (isEmpty && empty.includes(field)) return
  throw badField(
    `${at}.${field}`,
    `'${at}.${field}' is not supported by this server`,
    empty.includes(field) ? 'unsupported_parameter' : 'unknown_parameter',
  )
}

function textOf(content: unknown, at: string): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content))
    throw badField(at, `'${at}' must be a string or a list of parts`, 'invalid_type')
  return content.map((part, i) => textOfPart(part, `${at}.${i}`)).join('')
}

function textOfPart(part: unknown, at: string): string {
  const { type, text } = (typeof part === 'object' && part !== null ? part : {}) as Readonly<
    Record<string, unknown>
  >
  if (type === 'text' && typeof text === 'string') return text
  throw badField(
    at,
    `'${at}' must be a part of type text; ${describeValue(type)} is not supported by this server`,
    'unsupported_parameter',
  )
}
