import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { ChatMessage, Tokenizer } from '../src/tokenize/tokenizer.ts'

/** The record of one tokenizer in transformers, by scripts/goldens/tokenizer.py. */
export interface TransformersRecord {
  /** Strings for which transformers returns ids that the model has no embedding for. We differ there. */
  readonly beyondVocabulary: readonly number[]
  readonly ids: readonly number[][]
  /** null: the same as with special tokens. */
  readonly idsWithoutSpecialTokens: readonly (number[] | null)[]
  /** null: the text that was encoded. */
  readonly decoded: readonly (string | null)[]
  readonly decodedWithoutSpecialTokens: readonly (string | null)[]
  readonly randomIds: readonly number[][]
  readonly randomDecoded: readonly string[]
  readonly randomDecodedWithoutSpecialTokens: readonly string[]
  readonly chats: readonly (RecordedChat | { readonly error: string })[] | null
}

interface RecordedChat {
  readonly open: string
  readonly closed: string
  readonly ids: readonly number[]
}

const { strings, chats }: { strings: string[]; chats: ChatMessage[][] } = JSON.parse(
  readFileSync(new URL('goldens/tokenizer-strings.json', import.meta.url), 'utf8'),
)

/** Tests that a tokenizer returns the same ids, texts and chats as transformers. */
export function expectTransformers(tokenizer: Tokenizer, recorded: TransformersRecord): void {
  const rows = strings
    .map((text, i) => ({ text, i }))
    .filter(({ i }) => !recorded.beyondVocabulary.includes(i))
  it(`ids of ${strings.length} strings`, () => {
    expect(rows.map(({ text }) => [text, tokenizer.encode(text)])).toEqual(
      rows.map(({ text, i }) => [text, recorded.ids[i]]),
    )
    expect(rows.map(({ text }) => [text, tokenizer.encode(text, { addSpecialTokens: false })])).toEqual(
      rows.map(({ text, i }) => [text, recorded.idsWithoutSpecialTokens[i] ?? recorded.ids[i]]),
    )
    expect(rows.map(({ text }) => tokenizer.encodePrompt(text))).toEqual(rows.map(({ i }) => recorded.ids[i]))
    for (const text of strings)
      expect(Math.max(-1, ...tokenizer.encode(text))).toBeLessThan(tokenizer.vocabSize)
  })
  it('text of ids, special tokens kept and left out', () => {
    const all = [...rows.map(({ i }) => recorded.ids[i]!), ...recorded.randomIds]
    const texts = (decoded: readonly (string | null)[]) => rows.map(({ text, i }) => decoded[i] ?? text)
    expect(all.map((ids) => tokenizer.decode(ids, { skipSpecialTokens: false }))).toEqual([
      ...texts(recorded.decoded),
      ...recorded.randomDecoded,
    ])
    expect(all.map((ids) => tokenizer.decode(ids))).toEqual([
      ...texts(recorded.decodedWithoutSpecialTokens),
      ...recorded.randomDecodedWithoutSpecialTokens,
    ])
  })
  it('chats', () => {
    chats.forEach((messages, i) => {
      const chat = recorded.chats?.[i]
      if (!chat) {
        expect(() => tokenizer.encodePrompt(messages)).toThrow(
          expect.objectContaining({ code: 'NO_CHAT_TEMPLATE' }),
        )
      } else if ('error' in chat) {
        expect(() => tokenizer.renderChat(messages)).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT', found: expect.stringContaining(chat.error) }),
        )
      } else {
        expect(tokenizer.renderChat(messages)).toBe(chat.closed)
        expect(tokenizer.renderChat(messages, { addGenerationPrompt: true })).toBe(chat.open)
        expect(tokenizer.encodePrompt(messages)).toEqual(chat.ids)
      }
    })
  })
}
