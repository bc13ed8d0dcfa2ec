import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildExactTokenizer, type ExactTokenizer } from '../build-exact-tokenizer.ts'
import { readAddedTokens } from './added-tokens.ts'

/** What scripts/goldens/tokenizer-kinds.py recorded of the tokenizers library. */
interface Golden {
  readonly strings: readonly string[]
  readonly characterMap: string
  readonly models: Readonly<Record<string, object>>
  readonly kinds: Readonly<Record<string, Kind>>
}

type Json = Record<string, unknown>

interface Kind {
  readonly tokenizerJson: Json & { readonly model: { readonly vocabulary: string } }
  readonly ids: Digests
  readonly idsWithoutSpecialTokens: Digests
  readonly decoded: Digests
  readonly decodedWithoutSpecialTokens: Digests
  /** The ids of four strings. */
  readonly first: readonly (readonly number[])[]
}

interface Digests {
  /** Four characters of each. */
  readonly each: string
  readonly all: string
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/goldens/${name}.json`, import.meta.url), 'utf8'))
const golden: Golden = read('tokenizer-kinds')
const strings: readonly string[] = [...read('tokenizer-strings').strings, ...golden.strings]

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex')

function build({ tokenizerJson }: Kind): Promise<ExactTokenizer> {
  const { vocabulary, ...options } = tokenizerJson.model
  const whole = JSON.parse(
    JSON.stringify({ ...tokenizerJson, model: { ...golden.models[vocabulary], ...options } }).replace(
      '"CHARACTER_MAP"',
      JSON.stringify(golden.characterMap),
    ),
  )
  return buildExactTokenizer(whole, readAddedTokens(whole, {}))
}

/** Names the strings of which a digest differs, with what was made of them. */
function expectDigests(values: readonly unknown[], { each, all }: Digests): void {
  const differing = values.flatMap((value, i) =>
    digest(value).slice(0, 4) === each.slice(4 * i, 4 * i + 4) ? [] : [[strings[i], value]],
  )
  expect(differing).toEqual([])
  expect(digest(values)).toBe(all)
}

describe.each(Object.entries(golden.kinds))('the kind of %s', async (_, kind) => {
  const tokenizer = await build(kind)
  const ids = strings.map((text) => tokenizer.encode(text, true))
  it('gives the ids of the tokenizers library', () => {
    expect(ids.slice(26, 30)).toEqual(kind.first)
    expectDigests(ids, kind.ids)
    expectDigests(
      strings.map((text) => tokenizer.encode(text, false)),
      kind.idsWithoutSpecialTokens,
    )
  })
  it('and its text', () => {
    expectDigests(
      ids.map((row) => tokenizer.decode(row, false)),
      kind.decoded,
    )
    expectDigests(
      ids.map((row) => tokenizer.decode(row, true)),
      kind.decodedWithoutSpecialTokens,
    )
  })
})
