import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createTokenizer } from '../load-tokenizer.ts'
import { readAddedTokens } from './added-tokens.ts'

/** What scripts/goldens/tokenizer-configurations.py recorded of transformers. */
interface Golden {
  readonly texts: readonly string[]
  readonly cases: readonly {
    readonly name: string
    readonly changes: object
    readonly config: object
    readonly specialTokensMap: object | null
    readonly ids: readonly (readonly number[])[]
    readonly decoded: readonly string[]
    readonly decodedWithoutSpecialTokens: readonly string[]
  }[]
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/goldens/tokenizer-${name}.json`, import.meta.url), 'utf8'))
const { texts, cases }: Golden = read('configurations')
const base = read('llama3').tokenizerJson

it.each(cases)('$name: as in transformers', async ({ changes, config, specialTokensMap, ...recorded }) => {
  const tokenizer = await createTokenizer({
    tokenizerJson: { ...base, ...changes },
    tokenizerConfig: config,
    ...(specialTokensMap && { specialTokensMap }),
  })
  const ids = texts.map((text) => tokenizer.encode(text))
  expect(ids).toEqual(recorded.ids)
  expect(ids.map((row) => tokenizer.decode(row, { skipSpecialTokens: false }))).toEqual(recorded.decoded)
  expect(ids.map((row) => tokenizer.decode(row))).toEqual(recorded.decodedWithoutSpecialTokens)
})

it.each<[what: string, json: object, config: object, found: string]>([
  ['an object for a list', { added_tokens: { a: 1 } }, {}, '{"a": 1}'],
  ['null for a token', { added_tokens: [null] }, {}, 'null'],
  ['a token without content', { added_tokens: [{ id: 1 }] }, {}, 'none'],
  ['a token without an id', { added_tokens: [{ content: 'a' }] }, {}, 'none'],
  ['an id below 0', { added_tokens: [{ id: -1, content: 'a' }] }, {}, '-1'],
  ['a flag that is a text', { added_tokens: [{ id: 1, content: 'a', lstrip: 'no' }] }, {}, '"no"'],
  ['a list for a decoder', {}, { added_tokens_decoder: [] }, '[]'],
  ['a decoder with names for ids', {}, { added_tokens_decoder: { x: { content: 'q' } } }, '"x"'],
  ['a decoder with an id as Python would not read it', {}, { added_tokens_decoder: { '1e9': {} } }, '"1e9"'],
  ['a decoder of texts', {}, { added_tokens_decoder: { 1: 'a' } }, '"a"'],
])('refuses %s', (_, json, config, found) => {
  expect(() => readAddedTokens({ ...json }, { ...config })).toThrow(
    expect.objectContaining({ code: 'MALFORMED', found }),
  )
})
