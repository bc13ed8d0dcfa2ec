import { expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { bootstrapInterval, crossedBootstrap, pairedBootstrap } from './bootstrap.ts'
import { cohensKappa } from './cohens-kappa.ts'
import { mcnemar, pairedCounts } from './mcnemar.ts'
import { meanOverSeeds } from './mean-over-seeds.ts'
import { shareOfChange } from './share-of-change.ts'

const values = [0.1, 0.4, 0.2, 0.9, 0.3, 0.8, 0.2, 0.7]
const uneven = values.map((value) => Math.sqrt(value))

it('repeats itself with a seed, and with another only nearly', () => {
  const once = bootstrapInterval(uneven, { seed: 1 })
  expect(bootstrapInterval(uneven, { seed: 1 })).toEqual(once)
  const other = bootstrapInterval(uneven, { seed: 2 })
  expect(other).not.toEqual(once)
  expect(other.low).toBeCloseTo(once.low, 1)
  expect(once.low).toBeLessThan(once.value)
  expect(once.high).toBeGreaterThan(once.value)
})

it('covers the mean about as often as it says', () => {
  const random = createRandom(9)
  let covered = 0
  for (let trial = 0; trial < 200; trial++) {
    const sample = Array.from({ length: 60 }, () => random.uniform() ** 2)
    const { low, high } = bootstrapInterval(sample, { seed: trial, resamples: 500 })
    if (low <= 1 / 3 && 1 / 3 <= high) covered++
  }
  // 95% of 200, give or take three standard deviations.
  expect(covered).toBeGreaterThanOrEqual(180)
  expect(covered).toBeLessThanOrEqual(199)
})

it('knows one value only where there is only one', () => {
  expect(bootstrapInterval([0.5, 0.5, 0.5])).toEqual({ value: 0.5, low: 0.5, high: 0.5, n: 3 })
  expect(bootstrapInterval([0.5])).toEqual({ value: 0.5, low: 0.5, high: 0.5, n: 1 })
  const same = pairedBootstrap(values, values)
  expect(same).toEqual({ value: 0, low: 0, high: 0, n: 8, p: 1 })
})

it('gives the change its sign, and no p of 0', () => {
  const better = values.map((value) => value + 0.05)
  const { value, p } = pairedBootstrap(values, better, { resamples: 999 })
  expect(value).toBeCloseTo(0.05)
  expect(p).toBe(1 / 1000)
})

it('says how far a patch goes towards its reference', () => {
  const base = values
  const reference = values.map((value) => value / 2)
  const patched = values.map((value) => value * 0.75)
  const share = shareOfChange({ base, patched, reference })
  expect(share.value).toBeCloseTo(0.5)
  expect(share.low).toBeCloseTo(0.5)
  expect(shareOfChange({ base, patched: reference, reference }).high).toBeCloseTo(1)
  expect(() => shareOfChange({ base, patched, reference: base })).toThrow(/same mean/)
})

it('counts how two fared on the same prompts', () => {
  const first = [true, true, false, false, true]
  const second = [true, false, true, false, false]
  const counts = pairedCounts(first, second)
  expect(counts).toEqual({ both: 1, onlyFirst: 2, onlySecond: 1, neither: 1 })
  expect(mcnemar(counts.onlyFirst, counts.onlySecond).p).toBe(1)
  expect(mcnemar(0, 0).p).toBe(1)
})

it('tells agreement from chance', () => {
  expect(cohensKappa(['a', 'b', 'a'], ['a', 'b', 'a']).kappa).toEqual({ value: 1, low: 1, high: 1 })
  expect(cohensKappa([true, true], [true, true])).toEqual({ n: 2, observed: 1, expected: 1, kappa: null })
  expect(cohensKappa([0, 1, 0, 1], [0, 0, 1, 1]).kappa?.value).toBe(0)
  expect(cohensKappa([0, 1], [1, 0]).kappa).toMatchObject({ value: -1, low: -1 })
})

it('keeps what depends on seeds apart from what depends on prompts', () => {
  const runs = [0, 0.01, 0.02].map((shift, seed) => {
    const scores = values.map((value) => value + shift)
    return { seed, value: scores.reduce((sum, x) => sum + x) / scores.length, values: scores }
  })
  const { value, seeds, bySeed, overSeeds, overPrompts } = meanOverSeeds(runs)
  expect(seeds).toBe(3)
  expect(value).toBeCloseTo(0.46)
  expect(bySeed.map(({ seed }) => seed)).toEqual([0, 1, 2])
  const width = (interval?: { low: number; high: number }) => (interval?.high ?? 0) - (interval?.low ?? 0)
  expect(width(overSeeds)).toBeCloseTo((2 * 4.302653 * 0.01) / Math.sqrt(3), 6)
  expect(width(overPrompts)).toBeGreaterThan(0.2)
  const both = crossedBootstrap(runs.map((run) => run.values))
  expect(both.value).toBeCloseTo(value)
  expect(width(both)).toBeGreaterThan(width(overPrompts) * 0.95)
  expect(meanOverSeeds([{ value: 0.5 }])).toEqual({ value: 0.5, seeds: 1, bySeed: [{ value: 0.5 }] })
})

it.each([
  ['no values', () => bootstrapInterval([]), 'EMPTY_DATA'],
  ['NaN', () => bootstrapInterval([0, Number.NaN]), 'NOT_FINITE'],
  ['no resamples', () => bootstrapInterval([0, 1], { resamples: 0 }), 'INVALID_ARGUMENT'],
  ['other prompts', () => pairedBootstrap([0, 1], [0]), 'INVALID_ARGUMENT'],
  ['other prompts in a seed', () => crossedBootstrap([[0, 1], [0]]), 'INVALID_ARGUMENT'],
  ['no seeds', () => crossedBootstrap([]), 'EMPTY_DATA'],
  ['no runs', () => meanOverSeeds([]), 'EMPTY_DATA'],
  ['half a prompt', () => mcnemar(0.5, 1), 'INVALID_ARGUMENT'],
  ['no labels', () => cohensKappa([], []), 'EMPTY_DATA'],
])('refuses %s', (_, run, code) => {
  expect(run).toThrow(expect.objectContaining({ code }))
})
