import { PatchError } from '../errors.ts'
import type { Tokenizer } from '../tokenize/tokenizer.ts'

export interface NumberTokenizerOptions {
  readonly vocabSize: number
  /** Default 2. */
  readonly eosTokenId?: number
}

/** A tokenizer for models without words: a text is a list of ids separated by spaces, `5 17 3`. */
export function numberTokenizer({ vocabSize, eosTokenId = 2 }: NumberTokenizerOptions): Tokenizer {
  const encode = (text: string): number[] => {
    const ids = text.split(/\s+/).filter(Boolean).map(Number)
    if (ids.every((id) => Number.isInteger(id) && id >= 0 && id < vocabSize)) return ids
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `numbers from 0 to ${vocabSize - 1} with spaces between`,
      found: JSON.stringify(text),
      remedy: 'Give the test such a text',
    })
  }
  const renderChat: Tokenizer['renderChat'] = (messages) => messages.map(({ content }) => content).join(' ')
  return {
    vocabSize,
    bosTokenId: undefined,
    eosTokenIds: [eosTokenId],
    // In the form that manifests require.
    fingerprint: vocabSize.toString(16).padStart(64, '0'),
    encode,
    decode: (ids) => ids.map((id) => `${id} `).join(''),
    renderChat,
    encodePrompt: (prompt) => encode(typeof prompt === 'string' ? prompt : renderChat(prompt)),
  }
}
