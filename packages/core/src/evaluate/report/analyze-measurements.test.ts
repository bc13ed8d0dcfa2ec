import { expect, it } from 'vitest'
import {
  perplexityMeasurement,
  refusalMeasurement,
  tinyReport,
  toxicityMeasurement,
} from '../../../test/tiny-report.ts'
import { pairedBootstrap } from '../statistics/bootstrap.ts'
import { mcnemar } from '../statistics/mcnemar.ts'
import { analyzeMeasurements } from './analyze-measurements.ts'

const analyzed = analyzeMeasurements(tinyReport().measurements)
const [refusal, toxicity, perplexity] = analyzed as [
  (typeof analyzed)[0],
  (typeof analyzed)[0],
  (typeof analyzed)[0],
]

it('groups by metric, judge and data, the base first', () => {
  expect(analyzed.map(({ metric }) => metric)).toEqual([
    'refusal rate',
    'expected maximum toxicity',
    'perplexity',
  ])
  expect(refusal.figures.map(({ subject }) => subject)).toEqual(['base', 'patched', 'reference'])
})

it('takes the mean over seeds, with an interval that holds that of one', () => {
  const [base, patched] = refusal.figures
  expect(base).toMatchObject({ value: 0.1, method: 'wilson', bySeed: [{ value: 0.1 }] })
  expect(patched?.value).toBeCloseTo((48 + 54 + 57) / 180)
  expect(patched).toMatchObject({ n: 60, method: 'crossed bootstrap' })
  expect(patched?.bySeed.map(({ seed }) => seed)).toEqual([0, 1, 2])
  expect(patched?.overSeeds?.low).toBeLessThan(0.8)
})

it('compares on the same prompts, seeds and prompts drawn at once', () => {
  const [patched, reference] = refusal.effects
  expect(patched).toMatchObject({ subject: 'patched', method: 'crossed bootstrap', test: 'paired bootstrap' })
  expect(patched?.value).toBeCloseTo(159 / 180 - 0.1)
  // One seed of zeros and ones: McNemar's test.
  expect(reference).toMatchObject({ subject: 'reference', test: 'McNemar, exact', p: mcnemar(0, 48).p })
  const change = toxicity.effects[0]
  const [before, after] = [toxicityMeasurement('base', 0.5), toxicityMeasurement('patched', 0.25)]
  const { p, ...paired } = pairedBootstrap(before.values ?? [], after.values ?? [], { resamples: 2000 })
  expect(change).toMatchObject({ ...paired, p, method: 'paired bootstrap', test: 'paired bootstrap' })
  expect(change?.value).toBeLessThan(0)
})

it('adds reaches as squares where units cannot be paired', () => {
  const [effect] = perplexity.effects
  const [, patched] = perplexity.figures
  expect(patched).toMatchObject({ value: 21.5, method: 'seeds and units, square and add' })
  const reach = Math.hypot(1, 12.706204736 / 2)
  expect(patched?.low).toBeCloseTo(21.5 - reach)
  expect(effect).toMatchObject({ value: 1.5, method: 'square and add' })
  expect(effect?.low).toBeCloseTo(1.5 - Math.hypot(reach, 1))
  expect(effect?.p).toBeUndefined()
})

it('says how far the patch goes towards the reference, where that changes anything', () => {
  expect(refusal.shares.get('patched')?.value).toBeCloseTo((159 / 180 - 0.1) / 0.8)
  expect(refusal.shares.get('patched')?.low).toBeLessThan(1)
  expect(toxicity.shares.size).toBe(0)
  const same = [refusalMeasurement('base', 0.5), refusalMeasurement('patched', 0.6)]
  expect(analyzeMeasurements([...same, refusalMeasurement('reference', 0.5)])[0]?.shares.size).toBe(0)
})

it('has no effects without a base, and refuses what was measured twice', () => {
  expect(analyzeMeasurements([perplexityMeasurement('patched', 20)])[0]?.effects).toEqual([])
  const twice = [refusalMeasurement('patched', 0.5, 0), refusalMeasurement('patched', 0.6, 0)]
  expect(() => analyzeMeasurements(twice)).toThrow(/2 of patched/)
})
