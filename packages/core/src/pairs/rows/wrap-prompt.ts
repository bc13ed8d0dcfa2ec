import { contentText } from '../../tokenize/chat-messages.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import type { PatchPrompt } from './preference-pair.ts'

/** A way of wrapping a request so that a model may answer what it would otherwise refuse. */
export interface Attack {
  /** Such as `base64`. */
  readonly name: string
  /** Returns the prompt that replaces a request; a pure function. */
  readonly wrap: (request: string) => string | readonly ChatMessage[]
  /**
   * Whether the request cannot be read in it, as with an encoding. Then harmful and harmless requests look alike, and nothing can
   * be learned from harmless ones. Default false.
   */
  readonly hides?: boolean | undefined
}

/** Wraps a prompt in an attack; in a conversation, the last turn. */
export function wrapPrompt(
  prompt: PatchPrompt['prompt'],
  { wrap }: Pick<Attack, 'wrap'>,
): PatchPrompt['prompt'] {
  if (typeof prompt === 'string') return wrap(prompt)
  const last = prompt.at(-1)
  const wrapped = wrap(last ? contentText(last) : '')
  const turns = typeof wrapped === 'string' ? [{ role: 'user', content: wrapped }] : wrapped
  return [...prompt.slice(0, -1), ...turns]
}
