import { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'

/**
 * A tokenizer for a model with `rows` embeddings. A tokenizer with more tokens works for texts that do not need them: `encode`
 * and `encodePrompt` throw `MALFORMED` for a text with a token out of range.
 */
export function boundedTokenizer(tokenizer: Tokenizer, rows: number): Tokenizer {
  if (tokenizer.vocabSize <= rows) return tokenizer
  const checked = (ids: number[]): number[] => {
    const beyond = ids.find((id) => id >= rows)
    if (beyond === undefined) return ids
    const token = tokenizer.decode([beyond], { skipSpecialTokens: false })
    throw new PatchError('MALFORMED', {
      expected: `ids below ${rows}, the size of the model's vocabulary (vocab_size),`,
      found: `${beyond} for the token ${excerpt(token)}`,
      remedy: 'Remove the token from the text, or use the tokenizer that belongs to the model',
    })
  }
  return {
    ...tokenizer,
    encode: (text, options) => checked(tokenizer.encode(text, options)),
    encodePrompt: (prompt) => checked(tokenizer.encodePrompt(prompt)),
  }
}
