import { type BootstrapOptions, bootstrapInterval } from './bootstrap.ts'
import { studentTQuantile } from './distributions.ts'
import { checkPaired, checkValues, mean } from './sample.ts'

/** One training run's figure; a `Measurement` is one. */
export interface SeedResult {
  readonly seed?: number
  readonly value: number
  /** Scores of the same prompts in every run. */
  readonly values?: readonly number[]
}

export interface Interval {
  readonly low: number
  readonly high: number
}

export interface SeedMean {
  /** Mean of the runs' values. */
  readonly value: number
  /** Number of runs. */
  readonly seeds: number
  readonly bySeed: readonly { readonly seed?: number; readonly value: number }[]
  /** 95% confidence interval over seeds for the mean, by Student's t. Absent with one run. */
  readonly overSeeds?: Interval
  /** 95% bootstrap interval over prompts, for their mean score over runs. Absent if a run has no scores. */
  readonly overPrompts?: Interval
}

/**
 * The mean of a figure over training seeds, with separate intervals over seeds and over prompts. For both at once, use
 * `crossedBootstrap`. The interval over prompts is for the mean of the scores; if a metric is not their mean, pass no scores.
 *
 * @throws `EMPTY_DATA` without runs; `NOT_FINITE`; `INVALID_ARGUMENT` if runs have scores of different prompts.
 */
export function meanOverSeeds(runs: readonly SeedResult[], options: BootstrapOptions = {}): SeedMean {
  const figures = runs.map(({ value }) => value)
  checkValues(figures, 'the runs')
  const value = mean(figures)
  const scores = runs.flatMap(({ values }) => (values && values.length > 0 ? [values] : []))
  return {
    value,
    seeds: runs.length,
    bySeed: runs.map(({ seed, value: figure }) => ({ ...(seed !== undefined && { seed }), value: figure })),
    ...(runs.length > 1 && { overSeeds: tInterval(figures, value) }),
    ...(scores.length === runs.length && { overPrompts: promptInterval(scores, options) }),
  }
}

function tInterval(figures: readonly number[], centre: number): Interval {
  const degrees = figures.length - 1
  const variance = figures.reduce((sum, x) => sum + (x - centre) ** 2, 0) / degrees
  const reach = studentTQuantile(0.975, degrees) * Math.sqrt(variance / figures.length)
  return { low: centre - reach, high: centre + reach }
}

function promptInterval(scores: readonly (readonly number[])[], options: BootstrapOptions): Interval {
  const [first = []] = scores
  for (const values of scores) checkPaired(first, values, 'prompts')
  const { low, high } = bootstrapInterval(
    first.map((_, prompt) => mean(scores.map((values) => values[prompt] as number))),
    options,
  )
  return { low, high }
}
