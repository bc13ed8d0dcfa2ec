import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { createPromptCache, type PromptMatch } from './prompt-cache.ts'

const heads = 2
const size = 3
const bytesOfToken = 2 * heads * size * 4

/** A block whose numbers tell head, row, place and kind, of tokens that tell themselves. */
function blockOf(rows: readonly (readonly number[])[], places: number) {
  const shape = [heads, rows.length, places, size]
  const dataOf = (kind: number) =>
    Float32Array.from({ length: heads * rows.length * places * size }, (_, i) => {
      const place = Math.floor(i / size) % places
      const row = Math.floor(i / size / places) % rows.length
      const head = Math.floor(i / size / places / rows.length)
      return 1000 * (rows[row]?.[place] ?? -1) + 100 * kind + 10 * head + (i % size)
    })
  return { 'key.0': { shape, data: dataOf(0) }, 'value.0': { shape, data: dataOf(1) } }
}

/** The tokens whose keys and values a match holds, and whether each number of them is in its place. */
function tokensOf({ pieces }: PromptMatch): number[] {
  return pieces.flatMap(({ block, length }) => {
    const whole = block['key.0']!.shape[2]!
    const tokens = Array.from({ length }, (_, place) =>
      Math.floor(block['key.0']!.data[place * size]! / 1000),
    )
    const same = blockOf([[...tokens, ...new Array(whole - length).fill(0)]], whole)
    for (const name of ['key.0', 'value.0'] as const)
      for (let head = 0; head < heads; head++) {
        const start = head * whole * size
        expect([...block[name]!.data.subarray(start, start + length * size)]).toEqual([
          ...same[name].data.subarray(start, start + length * size),
        ])
      }
    return tokens
  })
}

const count = (from: number, length: number) => Array.from({ length }, (_, i) => from + i)

describe('a cache of prompts', () => {
  it('gives the keys and values of the longest beginning that it holds', () => {
    const cache = createPromptCache(2 ** 20)
    const first = count(0, 30)
    const second = [...count(0, 12), ...count(50, 20)]
    for (const tokens of [first, second]) {
      const lead = [7, 7]
      const block = blockOf([[], [...lead, ...tokens]], 40)
      cache.keep(undefined, tokens, { block, row: 1, start: lead.length })
    }
    expect(tokensOf(cache.match(undefined, [...first, 99]))).toEqual(first)
    expect(tokensOf(cache.match(undefined, second.slice(0, 20)))).toEqual(second.slice(0, 20))
    expect(tokensOf(cache.match(undefined, [...count(0, 5), 99]))).toEqual(count(0, 5))
    expect(cache.match(undefined, [99]).tokens).toBe(0)
    expect(cache.match({ length: 1, embeddings: new Float32Array(4) }, first).tokens).toBe(0)
    // The twelve that both have are held once.
    expect(cache.bytes).toBe((30 + 20) * bytesOfToken)
  })

  it('stays below its limit, dropping what was used least recently, and never gives what is wrong', () => {
    const limit = 400 * bytesOfToken
    const cache = createPromptCache(limit)
    const { uniform } = createRandom(1)
    const prefixes = [undefined, { length: 1, embeddings: new Float32Array(4) }]
    let hits = 0
    for (let i = 0; i < 600; i++) {
      const prefix = prefixes[i % 2]
      const tokens = [
        ...count(0, 10 * Math.floor(uniform() * 8)),
        ...count(100 * Math.floor(uniform() * 5), 20),
      ]
      const match = cache.match(prefix, tokens)
      expect(tokensOf(match)).toEqual(tokens.slice(0, match.tokens))
      hits += match.tokens
      cache.keep(prefix, tokens, { block: blockOf([tokens], tokens.length), row: 0, start: 0 })
      expect(cache.bytes).toBeLessThanOrEqual(limit)
    }
    expect(hits).toBeGreaterThan(1000)
    const recent = count(9000, 20)
    cache.keep(undefined, recent, { block: blockOf([recent], 20), row: 0, start: 0 })
    expect(cache.match(undefined, recent).tokens).toBe(20)
  })

  it('of no bytes holds nothing', () => {
    const cache = createPromptCache(0)
    cache.keep(undefined, count(0, 20), { block: blockOf([count(0, 20)], 20), row: 0, start: 0 })
    expect(cache.match(undefined, count(0, 20))).toEqual({ tokens: 0, pieces: [] })
  })
})
