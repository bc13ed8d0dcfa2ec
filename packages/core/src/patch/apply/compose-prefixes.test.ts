import { describe, expect, it } from 'vitest'
import { randomPrefixLike } from '../../evaluate/random-prefix-like.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { composePrefixes } from './compose-prefixes.ts'

const numbers = (count: number, start: number) => Float32Array.from({ length: count }, (_, i) => start + i)
const plain = (length: number, start: number): Prefix => ({ length, embeddings: numbers(2 * length, start) })
const gated = (prefix: Prefix): Prefix => ({
  ...prefix,
  gate: {
    ...{ layers: [1], window: 1, mean: numbers(4, 0), scale: numbers(4, 1), hidden: numbers(4, 0), bias: 0 },
    ...{ hiddenBias: numbers(1, 0), output: numbers(1, 1) },
  },
})

describe.each(['concat', 'merge'] as const)('%s', (method) => {
  it('refuses gates, which could not decide each for itself', () => {
    expect(() => composePrefixes([plain(2, 1), gated(plain(2, 5))], method)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', found: '1 of 2 with a gate' }),
    )
  })

  it('leaves a prefix alone as it is, gate and parts included', () => {
    const stack = composePrefixes([gated(plain(2, 1)), plain(3, 5)], 'parallel')
    for (const prefix of [gated(plain(2, 1)), stack]) expect(composePrefixes([prefix], method)).toBe(prefix)
  })
})

it('a random prefix like a stack stands in the same parts, behind the same gates', () => {
  const stack = composePrefixes([gated(plain(2, 1)), plain(3, 5)], 'parallel', [1, 2])
  const random = randomPrefixLike(stack)
  expect(random.embeddings).not.toEqual(stack.embeddings)
  const shape = ({ parts }: Prefix) =>
    parts?.map(({ prefix, weight }) => [prefix.length, weight, prefix.gate === undefined])
  expect(shape(random)).toEqual(shape(stack))
  expect(random.parts?.flatMap(({ prefix }) => [...prefix.embeddings])).toEqual([...random.embeddings])
})
