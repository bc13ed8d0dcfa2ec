import { PatchError } from '../../errors.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'

/** How a chat template renders a user's turn. */
export interface UserTurn {
  /** The prompt's text up to where the user speaks. */
  readonly before: string
  /** The text that ends the turn, such as `<|im_end|>` or `[/INST]`; empty if there is none. */
  readonly end: string
  /** The id that ends the turn, if there is one. */
  readonly stopTokens: readonly number[]
}

/** Placeholder for the user's text; without spaces, which templates trim. */
const marker = 'policypatch-user-turn'

/**
 * Finds out how a tokenizer's chat template opens and ends a user's turn, by rendering one. Anything that the template adds, such
 * as a default system prompt, is part of `before`.
 *
 * @throws `NO_CHAT_TEMPLATE` if the tokenizer has none; `UNSUPPORTED` for a template that alters what the user says.
 */
export function openUserTurn(tokenizer: Tokenizer): UserTurn {
  const rendered = tokenizer.renderChat([{ role: 'user', content: marker }], { addGenerationPrompt: true })
  const [before, after, ...more] = rendered.split(marker)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new PatchError('UNSUPPORTED', {
      expected: "a chat template that contains the user's text exactly once, unchanged",
      found: `it ${rendered.split(marker).length - 1} times`,
      remedy: 'Pass your own prompts instead of generating them with the model',
    })
  }
  const end = /\S+/u.exec(after)?.[0] ?? ''
  const [first] = end === '' ? [] : tokenizer.encode(end, { addSpecialTokens: false })
  const special = first !== undefined && tokenizer.decode([first]) === ''
  return { before: withoutDoubledStart(before, tokenizer), end, stopTokens: special ? [first] : [] }
}

/** Removes the start token that the template writes if encoding adds it as well. */
function withoutDoubledStart(before: string, tokenizer: Tokenizer): string {
  const { bosTokenId } = tokenizer
  if (bosTokenId === undefined) return before
  const [first, second] = tokenizer.encode(before)
  const start = tokenizer.decode([bosTokenId], { skipSpecialTokens: false })
  const doubled = first === bosTokenId && second === bosTokenId && before.startsWith(start)
  return doubled ? before.slice(start.length) : before
}
