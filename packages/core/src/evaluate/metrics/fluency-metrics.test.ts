import { expect, it } from 'vitest'
import { distinctNgrams } from './fluency-metrics.ts'

it('counts different n-grams of words over all, across texts but not over their ends', () => {
  const texts = ['The cat, the dog!', "don't: the CAT"]
  // the cat the dog | don't the cat
  expect(distinctNgrams(texts, 1)).toBeCloseTo(4 / 7, 12)
  // the cat, cat the, the dog | don't the, the cat
  expect(distinctNgrams(texts, 2)).toBeCloseTo(4 / 5, 12)
  expect(distinctNgrams(texts, 4)).toBe(1)
})

it('is 0 where there is none', () => {
  expect(distinctNgrams([], 1)).toBe(0)
  expect(distinctNgrams(['…', 'one'], 2)).toBe(0)
})
