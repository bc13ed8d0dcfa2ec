import { expect, it } from 'vitest'
import { wilsonInterval } from './wilson-interval.ts'

// Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3.
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('gives the published limits for %i of %i', (successes, n, low, high) => {
  const rate = wilsonInterval(successes, n)
  expect(rate.value).toBe(successes / n)
  expect(rate.low).toBeCloseTo(low, 4)
  expect(rate.high).toBeCloseTo(high, 4)
})

it('is symmetric, knows nothing without trials, and refuses counts that are none', () => {
  expect(wilsonInterval(20, 20)).toMatchObject({ high: 1, low: 1 - wilsonInterval(0, 20).high })
  expect(wilsonInterval(0, 0)).toEqual({ value: 0, low: 0, high: 1, n: 0 })
  for (const [successes, n] of [
    [2, 1],
    [-1, 3],
    [0.5, 1],
    [0, Number.NaN],
  ] as const) {
    expect(() => wilsonInterval(successes, n)).toThrow(/integers/)
  }
})
