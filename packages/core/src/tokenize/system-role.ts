import { PatchError } from '../errors.ts'
import { printableLine, shortened } from '../text/printable.ts'
import { contentText } from './chat-messages.ts'
import { TemplateError } from './chat-template/template-error.ts'
import type { ChatMessage, TextPart } from './tokenizer.ts'

/** Renders messages; the template's errors are passed on. */
export type RenderMessages = (messages: readonly ChatMessage[], addGenerationPrompt: boolean) => string

/**
 * Whether a template has no system role: it raises an exception only if there is a system message, or renders the same for two
 * system messages with different texts.
 */
export function lacksSystemRole(render: RenderMessages): boolean {
  const user: ChatMessage = { role: 'user', content: 'one' }
  const under = (content: string) => render([{ role: 'system', content }, user], false)
  try {
    // A template that does not even read this user's text, for example because it requires parts, allows no conclusion.
    if (render([user], false) === render([{ ...user, content: 'two' }], false)) return false
  } catch (error) {
    // Errors of the template will show when rendering the actual messages.
    if (error instanceof TemplateError) return false
    throw error
  }
  try {
    return under('three') === under('four')
  } catch (error) {
    if (error instanceof TemplateError) return error.fault === 'raised'
    throw error
  }
}

/**
 * Moves the text of each system message to the beginning of the user's turn that follows it.
 *
 * @throws PatchError `INVALID_ARGUMENT` if none follows
 */
export function foldSystemMessages(messages: readonly ChatMessage[]): ChatMessage[] {
  const folded: ChatMessage[] = []
  let waiting: ChatMessage[] = []
  for (const message of messages) {
    if (message.role === 'system') waiting.push(message)
    else if (message.role === 'user' && waiting.length > 0) {
      folded.push(placedUnder(waiting.map(contentText), message))
      waiting = []
    } else folded.push(message)
  }
  if (waiting.length === 0) return folded
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a user turn after each system message, because the chat template has no system role',
    found: `roles ${messages.map(({ role }) => printableLine(shortened(role, 20))).join(', ')}`,
    remedy: 'Put each system message before the user turn that it applies to',
  })
}

function placedUnder(systemTexts: readonly string[], message: ChatMessage): ChatMessage {
  const before = systemTexts.map((text) => `${text}\n\n`).join('')
  const { content } = message
  if (typeof content === 'string' || !content) return { ...message, content: before + (content ?? '') }
  const part: TextPart = { type: 'text', text: before }
  return { ...message, content: [part, ...content] }
}
