import { crossedBootstrap, type Estimate } from '../statistics/bootstrap.ts'
import { type Interval, meanOverSeeds } from '../statistics/mean-over-seeds.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { mean } from '../statistics/sample.ts'

/** The figure of one subject, over its seeds. */
export interface PooledFigure extends Estimate {
  readonly subject: string
  readonly bySeed: readonly { readonly seed?: number; readonly value: number }[]
  /** 95% interval over seeds alone, if there are two or more. */
  readonly overSeeds?: Interval
  /** How the interval was made. */
  readonly method: Measurement['interval'] | 'crossed bootstrap' | 'seeds and units, square and add'
}

export interface Resampling {
  readonly seed?: number | undefined
  readonly resamples?: number | undefined
}

/**
 * One seed's figure as it was measured, or the mean of several. With several, the interval is over seeds and units at once:
 * by the crossed bootstrap if their scores are comparable, else from the mean of the seeds' intervals and the interval over
 * seeds, with their half-widths added in quadrature.
 */
export function pooledFigure(seeds: readonly Measurement[], resampling: Resampling): PooledFigure {
  const [first] = seeds as readonly [Measurement]
  const { subject, n } = first
  const { value, bySeed, overSeeds } = meanOverSeeds(
    seeds.map(({ seed, value: figure }) => ({ ...(seed !== undefined && { seed }), value: figure })),
  )
  const common = { subject, n, value, bySeed, ...(overSeeds && { overSeeds }) }
  if (!overSeeds) return { ...common, low: first.low, high: first.high, method: first.interval }
  const scores = comparableScores(seeds)
  if (scores) {
    const { low, high } = crossedBootstrap(scores, resampling)
    return { ...common, low, high, method: 'crossed bootstrap' }
  }
  const ofSeeds = value - overSeeds.low
  return {
    ...common,
    low: value - Math.hypot(value - mean(seeds.map(({ low }) => low)), ofSeeds),
    high: value + Math.hypot(mean(seeds.map(({ high }) => high)) - value, ofSeeds),
    method: 'seeds and units, square and add',
  }
}

/**
 * The scores of each seed, if all seeds have scores for the same number of units and each figure is the mean of its scores:
 * then units can be compared one by one. That is not so for a perplexity, or for different numbers of units.
 */
export function comparableScores(seeds: readonly Measurement[]): readonly (readonly number[])[] | undefined {
  const scores = seeds.flatMap(({ values, value }) => {
    if (!values || values.length === 0) return []
    return Math.abs(mean(values) - value) <= 1e-6 * Math.max(1, Math.abs(value)) ? [values] : []
  })
  const length = scores[0]?.length
  return scores.length === seeds.length && scores.every((values) => values.length === length)
    ? scores
    : undefined
}

/** The mean of each unit's score over seeds. */
export function meanScores(scores: readonly (readonly number[])[]): number[] {
  const [first = []] = scores
  return first.map((_, unit) => mean(scores.map((values) => values[unit] as number)))
}
