import type { Tokenizer } from './tokenizer.ts'

export interface IncrementalDecoder {
  /** Adds the next id and returns the text that is now settled, possibly none. */
  push(id: number): string
  /** Returns the text still held back, such as an incomplete character, and resets the decoder. */
  flush(): string
}

/**
 * Decodes ids as they arrive. The pushed and flushed text adds up to the text of all ids together, except that for invalid UTF-8
 * from SentencePiece bytes the number of U+FFFD may differ.
 *
 * A token can be part of a character, and its text can depend on the tokens before it (a leading space). Each id is therefore
 * decoded together with the last tokens whose text is known; text that ends in U+FFFD may still change and is held back.
 */
export function createIncrementalDecoder(
  tokenizer: Pick<Tokenizer, 'decode'>,
  options: { readonly skipSpecialTokens?: boolean } = {},
): IncrementalDecoder {
  /** Ids of settled text that provide context, followed by ids that are not settled. */
  let ids: number[] = []
  let settledIds = 0
  let settledText = ''

  const take = (text: string): string => {
    const fresh = text.slice(settledText.length)
    const latest = ids.slice(settledIds)
    const latestText = tokenizer.decode(latest, options)
    // Without this, ids after ones without text (special tokens) would be decoded as if they came first.
    if (latestText === '') {
      settledText = text
    } else {
      ids = latest
      settledText = latestText
    }
    settledIds = ids.length
    return fresh
  }

  return {
    push(id) {
      ids.push(id)
      const text = tokenizer.decode(ids, options)
      return text.endsWith('\uFFFD') ? '' : take(text)
    },
    flush() {
      const rest = tokenizer.decode(ids, options).slice(settledText.length)
      ids = []
      settledIds = 0
      settledText = ''
      return rest
    },
  }
}
