import { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'

/**
 * The prompt that stands for the beginning of a text, so that its first token has something to follow: what the
 * tokenizer puts before every text, else the beginning-of-sequence token, else the end-of-sequence token
 * (lm-evaluation-harness's choice).
 *
 * @throws `UNSUPPORTED` if no text is read as that one token.
 */
export function startPrompt(tokenizer: Tokenizer): string {
  if (tokenizer.encodePrompt('').length > 0) return ''
  const id = tokenizer.bosTokenId ?? (tokenizer.eosTokenIds[0] as number)
  const text = tokenizer.decode([id], { skipSpecialTokens: false })
  const read = tokenizer.encodePrompt(text)
  if (read.length === 1 && read[0] === id) return text
  throw new PatchError('UNSUPPORTED', {
    expected: `a tokenizer that reads ${excerpt(text)} as its token ${id}`,
    found: `tokens ${read.join(', ') || '(none)'}`,
    remedy: 'Use a tokenizer whose special tokens can be written',
  })
}
