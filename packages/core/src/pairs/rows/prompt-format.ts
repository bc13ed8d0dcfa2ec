import { contentText } from '../../tokenize/chat-messages.ts'
import type { ChatMessage, Prompt } from '../../tokenize/tokenizer.ts'
import type { PatchPrompt } from './preference-pair.ts'

/** How to send a string prompt to a model: as a user turn, or as text to continue. */
export type PromptFormat = 'chat' | 'text'

/** The prompt in the form that a model takes. A conversation stays one in either format. */
export function formatPrompt(prompt: PatchPrompt['prompt'], format: PromptFormat): Prompt {
  return format === 'text' && typeof prompt === 'string' ? prompt : toMessages(prompt)
}

/** The prompt as a conversation: a string becomes its only user turn. */
export function toMessages(prompt: PatchPrompt['prompt']): readonly ChatMessage[] {
  return typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
}

/** The text of the last turn: what is asked. */
export function lastText(prompt: PatchPrompt['prompt']): string {
  const last = toMessages(prompt).at(-1)
  return last ? contentText(last) : ''
}
