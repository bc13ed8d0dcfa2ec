import { contentText } from '../../tokenize/chat-messages.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import type { PatchPrompt } from './preference-pair.ts'

/** A way of wrapping a request so that a model may answer what it would refuse. */
export interface Attack {
  /** Such as `base64`. */
  readonly name: string
  /** The prompt that takes the place of a request; a pure function. */
  readonly wrap: (request: string) => string | readonly ChatMessage[]
  /**
   * Whether what is asked cannot be read in it, as in an encoding: then a harmful request and a harmless one look alike,
   * and nothing is learned from the harmless one. Default false.
   */
  readonly hides?: boolean | undefined
}

/** A prompt under an attack: of a conversation the last turn is wrapped. */
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
