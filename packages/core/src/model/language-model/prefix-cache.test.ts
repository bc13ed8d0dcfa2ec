import { describe, expect, it } from 'vitest'
import type { BlockKeyValues } from '../decoder/key-value-cache.ts'
import type { Prefix } from './prefix.ts'
import { createPrefixCache } from './prefix-cache.ts'

const prefixes = Array.from(
  { length: 4 },
  (_, i): Prefix => ({ length: i + 1, embeddings: new Float32Array(i + 1) }),
)
const block = (values: number): BlockKeyValues => ({
  'key.0': { shape: [values], data: new Float32Array(values) },
})

describe('createPrefixCache', () => {
  it('computes once, and gives up what was used longest ago', async () => {
    const cache = createPrefixCache(100)
    let computed = 0
    const get = (i: number, values = 10) =>
      cache.get(prefixes[i] as Prefix, async () => {
        computed++
        return block(values)
      })
    await Promise.all([get(0), get(0)])
    await get(1)
    expect([computed, cache.bytes, cache.limit]).toEqual([2, 80, 100])
    await get(0)
    await get(2)
    expect(cache.held().map(({ prefix, bytes }) => [prefix, bytes])).toEqual([
      [prefixes[0], 40],
      [prefixes[2], 40],
    ])
    await get(3, 1000)
    expect(cache.held()).toEqual([{ prefix: prefixes[3], bytes: 4000 }])
    cache.clear()
    expect([cache.bytes, computed]).toEqual([0, 4])
  })

  it('does not keep what failed', async () => {
    const cache = createPrefixCache()
    const failing = cache.get(prefixes[0] as Prefix, () => Promise.reject(new Error('no memory')))
    await expect(failing).rejects.toThrow('no memory')
    expect(cache.held()).toEqual([])
    expect(await cache.get(prefixes[0] as Prefix, async () => block(1))).toEqual(block(1))
  })
})
