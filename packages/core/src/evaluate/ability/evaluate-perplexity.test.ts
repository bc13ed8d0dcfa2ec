import { expect, it } from 'vitest'
import { textWindows } from './evaluate-perplexity.ts'

it('counts every token once, each after the first window with enough before it', () => {
  for (const [tokens, length, stride] of [
    [1, 4, 2],
    [4, 4, 2],
    [5, 4, 2],
    [23, 8, 3],
    [23, 8, 8],
    [9, 1, 1],
  ] as const) {
    const windows = textWindows(tokens, { length, stride })
    const counted = windows.flatMap(({ from, end }) => Array.from({ length: end - from }, (_, i) => from + i))
    expect(counted).toEqual(Array.from({ length: tokens }, (_, i) => i))
    for (const { start, end, from } of windows) {
      expect(end - start).toBeLessThanOrEqual(length)
      if (from >= length) expect(from - start).toBeGreaterThanOrEqual(length - stride)
    }
  }
})

it('reads a text that fits at once', () => {
  expect(textWindows(4, { length: 4, stride: 2 })).toEqual([{ start: 0, end: 4, from: 0 }])
  expect(textWindows(0, { length: 4, stride: 2 })).toEqual([])
})
