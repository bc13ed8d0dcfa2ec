import { PatchError } from '../../errors.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'
import type { ChatMessage, Prompt, Tokenizer } from '../../tokenize/tokenizer.ts'

/** The position of a text prompt among the tokens: everything before it is the same for all prompts. */
export interface PromptPlace {
  /** Tokens before the text. */
  readonly before: readonly number[]
  /** Tokens after it, for a given prompt. */
  after(prompt: Prompt): number[]
  /** The prompt with the text in its place. */
  withText(prompt: Prompt, text: string): Prompt
}

/** In chats, the text is the system message; otherwise it precedes everything. */
export function promptPlace(tokenizer: Tokenizer, format: PromptFormat): PromptPlace {
  const withText = (prompt: Prompt, text: string): Prompt => {
    if (format === 'text') return `${text}${prompt as string}`
    const messages: readonly ChatMessage[] =
      typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
    return [{ role: 'system', content: text }, ...messages.filter(({ role }) => role !== 'system')]
  }
  const encoded = (prompt: Prompt, text: string) => tokenizer.encodePrompt(withText(prompt, text))
  /** Encodes two texts of one token each: what the encodings have in common surrounds the text. */
  const around = (prompt: Prompt) => {
    const [a, b] = marks.map((mark) => encoded(prompt, mark)) as [number[], number[]]
    const at = a.findIndex((id, i) => id !== b[i])
    if (at >= 0 && a.length === b.length && a.slice(at + 1).every((id, i) => id === b[at + 1 + i])) {
      return { before: a.slice(0, at), after: a.slice(at + 1) }
    }
    throw new PatchError('UNSUPPORTED', {
      expected: 'a chat template that inserts a system message unchanged',
      found: 'one in which a system message of one token cannot be located',
      remedy: 'Use format text, or another model',
    })
  }
  const first = around(format === 'text' ? '' : [{ role: 'user', content: marks[0] as string }])
  return { before: first.before, after: (prompt) => around(prompt).after, withText }
}

const marks = ['A', 'B'] as const
