import type { Tokenizer } from '@policypatch/core/platform'

/** A token as it is shown with log-probabilities. */
export interface TokenText {
  readonly token: string
  /** Its UTF-8 bytes; null if it is a part of a character. */
  readonly bytes: readonly number[] | null
}

/**
 * The texts of single tokens. A token is decoded after another one, because some tokenizers drop the leading space at the start
 * of a text.
 */
export function tokenTexts(tokenizer: Tokenizer): (id: number) => TokenText {
  const anchor = tokenizer.encode('a', { addSpecialTokens: false })
  const before = tokenizer.decode(anchor)
  return (id) => {
    const text = tokenizer.decode([...anchor, id])
    const behind = text.startsWith(before) ? text.slice(before.length) : ''
    const token = behind === '' ? tokenizer.decode([id], { skipSpecialTokens: false }) : behind
    return { token, bytes: token.includes('\ufffd') ? null : [...new TextEncoder().encode(token)] }
  }
}
