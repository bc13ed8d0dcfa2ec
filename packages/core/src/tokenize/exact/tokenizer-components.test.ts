import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildExactTokenizer } from '../build-exact-tokenizer.ts'
import { wellKnownPatterns } from '../patterns/known-patterns.ts'
import { linearPattern } from '../patterns/linear-pattern.ts'
import { expressionPattern } from '../patterns/pattern.ts'
import { readAddedTokens } from './added-tokens.ts'
import { readDecoder } from './decoders.ts'
import { readNormalizer } from './normalizers.ts'
import { readPreTokenizer } from './pre-tokenizers.ts'

type Recorded<Result> = readonly (readonly [config: unknown, results: readonly Result[]])[]

/** What scripts/goldens/tokenizer-components.py recorded of the tokenizers library. */
interface Golden {
  readonly texts: readonly string[]
  readonly normalizers: Recorded<string>
  readonly preTokenizers: Recorded<readonly string[]>
  readonly tokens: readonly (readonly string[])[]
  readonly decoders: Recorded<string>
  readonly patterns: Recorded<string>
  readonly addedTexts: readonly string[]
  readonly added: readonly { readonly tokenizerJson: Record<string, unknown>; readonly ids: unknown }[]
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../test/goldens/tokenizer-components.json', import.meta.url), 'utf8'),
)
const { texts, tokens } = golden
const named = <Result>(recorded: Recorded<Result>) =>
  recorded.map(([config, results]) => [JSON.stringify(config), config, results] as const)

it.each(named(golden.normalizers))('normalizer %s', async (_, config, results) => {
  const normalize = await readNormalizer({ config, where: 'normalizer' })
  expect(texts.map((text) => normalize({ text, atStart: true }).text)).toEqual(results)
})

it.each(named(golden.preTokenizers))('pre-tokenizer %s', async (_, config, results) => {
  const preTokenize = await readPreTokenizer({ config, where: 'pre_tokenizer' })
  const words = (text: string) => (text === '' ? [] : preTokenize({ words: [text], atStart: true }).words)
  expect(texts.map(words)).toEqual(results)
})

it.each(named(golden.decoders))('decoder %s', async (_, config, results) => {
  const decode = await readDecoder({ config, where: 'decoder' })
  expect(tokens.map((row) => decode(row).join(''))).toEqual(results)
})

it.each(named(golden.patterns))('pattern %s', (_, config, results) => {
  const pattern = linearPattern(config as string)
  expect(texts.map((text) => marked(text, text === '' ? [] : pattern.find(text)))).toEqual(results)
})

/** A text with a mark in place of each match. */
function marked(text: string, found: readonly number[]): string {
  const parts: string[] = []
  let last = 0
  for (let i = 0; i < found.length; i += 2) {
    parts.push(text.slice(last, found[i]), '\u241e')
    last = found[i + 1]!
  }
  return parts.join('') + text.slice(last)
}

describe('added tokens', () => {
  it.each(golden.added)('$tokenizerJson.normalizer', async ({ tokenizerJson, ids }) => {
    const tokenizer = await buildExactTokenizer(tokenizerJson, readAddedTokens(tokenizerJson, {}))
    expect(golden.addedTexts.map((text) => tokenizer.encode(text, true))).toEqual(ids)
  })
})

describe('the patterns of known families', () => {
  const strings: string[] = JSON.parse(
    readFileSync(new URL('../../../test/goldens/tokenizer-strings.json', import.meta.url), 'utf8'),
  ).strings
  it.each([...wellKnownPatterns])(
    '%s is found by JavaScript where Oniguruma finds it',
    (source, expression) => {
      const [quick, exact] = [expressionPattern(expression), linearPattern(source)]
      const all = [...strings, ...texts]
      expect(all.map((text) => quick.find(text))).toEqual(all.map((text) => exact.find(text)))
    },
  )
})
