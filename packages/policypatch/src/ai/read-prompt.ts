/** Converts AI SDK prompts to messages for a chat template. */

import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
} from '@ai-sdk/provider'
import { type ChatMessage, PatchError } from '@policypatch/core'

/**
 * Converts a prompt to text messages. The reasoning of earlier turns is passed on as `reasoning_content`, which chat templates
 * read.
 *
 * @throws PatchError `UNSUPPORTED` for files, tool calls and tool results
 */
export const toMessages = (prompt: LanguageModelV4Prompt): ChatMessage[] =>
  prompt.map((message, index) => {
    if (message.role === 'system') return { role: 'system', content: message.content }
    const { role } = message
    const content = textOf(message, 'text', index)
    const reasoning = role === 'assistant' ? textOf(message, 'reasoning', index) : ''
    return { role, content, ...(reasoning !== '' && { reasoning_content: reasoning }) }
  })

/** Concatenates the parts of one type. */
function textOf(
  { role, content }: Exclude<LanguageModelV4Message, { role: 'system' }>,
  wanted: 'text' | 'reasoning',
  index: number,
): string {
  let text = ''
  for (const part of content) {
    if (part.type !== 'text' && part.type !== 'reasoning') {
      throw new PatchError('UNSUPPORTED', {
        expected: 'messages of text',
        found: `a part of type ${part.type} in message ${index} of ${role}`,
        remedy: 'Leave it out, or put its text into the message: images, files and tools are not supported',
      })
    }
    if (part.type === wanted) text += part.text
  }
  return text
}

/** Asks for JSON in the system message, worded like the AI SDK's own instruction. Nothing else enforces JSON. */
export function withJsonInstruction(
  messages: readonly ChatMessage[],
  { schema }: Extract<LanguageModelV4CallOptions['responseFormat'], { type: 'json' }>,
): ChatMessage[] {
  const [first, ...rest] = messages
  const own = first?.role === 'system' ? `${first.content}\n\n` : ''
  const system: ChatMessage = { role: 'system', content: own + instruction(schema) }
  return first?.role === 'system' ? [system, ...rest] : [system, ...messages]
}

const instruction = (schema: JSONSchema7 | undefined) =>
  schema
    ? `JSON schema:\n${JSON.stringify(schema)}\nYou MUST answer with a JSON object that matches the JSON schema above.`
    : 'You MUST answer with JSON.'
