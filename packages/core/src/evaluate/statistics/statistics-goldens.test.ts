import { expect, it } from 'vitest'
import goldens from '../../../test/goldens/statistics.json' with { type: 'json' }
import { bootstrapInterval, pairedBootstrap } from './bootstrap.ts'
import { cohensKappa } from './cohens-kappa.ts'
import { normalCdf, normalQuantile, studentTQuantile } from './distributions.ts'
import { mcnemar } from './mcnemar.ts'
import { meanOverSeeds } from './mean-over-seeds.ts'
import { quantile } from './sample.ts'
import { shareOfChange } from './share-of-change.ts'

// Recorded by scripts/goldens/report-statistics.py with SciPy, statsmodels and scikit-learn.
const { resamples } = goldens

const closeTo = (found: number, expected: number, relative = 1e-11) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-3))

const statistics = {
  mean: undefined,
  median: (values: Float64Array) =>
    quantile(
      [...values].sort((a, b) => a - b),
      0.5,
    ),
}

it.each(goldens.intervals)('takes the interval of SciPy: $name', (golden) => {
  const statistic = statistics[golden.statistic as 'mean' | 'median']
  const { value, low, high, n } = bootstrapInterval(golden.values, {
    seed: golden.seed,
    resamples,
    method: golden.method as 'bca' | 'percentile',
    statistic,
  })
  expect(n).toBe(golden.values.length)
  closeTo(value, golden.value)
  closeTo(low, golden.limits[0] as number)
  closeTo(high, golden.limits[1] as number)
})

it.each(goldens.pairs)('compares paired scores as SciPy does: $name', (golden) => {
  const { value, low, high, p } = pairedBootstrap(golden.before, golden.after, {
    seed: golden.seed,
    resamples,
  })
  expect(value).toBeCloseTo(golden.value, 12)
  closeTo(low, golden.limits[0] as number)
  closeTo(high, golden.limits[1] as number)
  closeTo(p, golden.p)
})

it('takes the share of a change with the interval of SciPy', () => {
  const golden = goldens.share
  const { value, low, high } = shareOfChange(golden, { seed: golden.seed, resamples })
  closeTo(value, golden.value)
  closeTo(low, golden.limits[0] as number)
  closeTo(high, golden.limits[1] as number)
})

it.each(goldens.mcnemar)('gives the exact p of statsmodels for %i against %i', (b, c, p) => {
  expect(mcnemar(b as number, c as number)).toMatchObject({ b, c })
  closeTo(mcnemar(b as number, c as number).p, p as number)
})

it.each(goldens.agreements)('gives the kappa of statsmodels and scikit-learn: $value', (golden) => {
  const { kappa, n } = cohensKappa(golden.first, golden.second)
  expect(n).toBe(80)
  closeTo(kappa?.value as number, golden.value)
  closeTo(kappa?.low as number, golden.limits[0] as number)
  closeTo(kappa?.high as number, golden.limits[1] as number)
})

it("gives SciPy's interval over seeds by Student's t", () => {
  const { values, limits } = goldens.seeds
  const { value, overSeeds, overPrompts } = meanOverSeeds(values.map((value, seed) => ({ seed, value })))
  closeTo(value, (0.91 + 0.94 + 0.96) / 3)
  closeTo(overSeeds?.low as number, limits[0] as number)
  closeTo(overSeeds?.high as number, limits[1] as number)
  expect(overPrompts).toBeUndefined()
})

it("has SciPy's distributions", () => {
  for (const [x, p] of goldens.normal as [number, number][]) {
    expect(Math.abs(normalCdf(x) - p)).toBeLessThanOrEqual(1e-12 * p)
  }
  for (const [p, x] of goldens.normalQuantile as [number, number][]) closeTo(normalQuantile(p), x)
  for (const [degrees, t] of goldens.studentT as [number, number][])
    closeTo(studentTQuantile(0.975, degrees), t)
})
