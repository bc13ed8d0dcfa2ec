import { type BootstrapIntervalOptions, bootstrapInterval } from '../statistics/bootstrap.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { mean } from '../statistics/sample.ts'
import { wilsonInterval } from '../statistics/wilson-interval.ts'
import type { DomainMetric } from './domain-metric.ts'

export type IntervalOptions = Pick<BootstrapIntervalOptions, 'seed' | 'resamples'>

type Figure = Pick<Measurement, 'n' | 'value' | 'low' | 'high' | 'interval' | 'values'>

/**
 * A metric's figure from its units' values: a share with Wilson's interval if every value is 0 or 1, else its statistic with
 * a bootstrap interval. The values are included if the figure is their mean.
 */
export function metricFigure(
  { statistic }: Pick<DomainMetric, 'statistic'>,
  values: readonly number[],
  options: IntervalOptions = {},
): Figure {
  if (!statistic && values.every((value) => value === 0 || value === 1)) {
    const share = wilsonInterval(values.filter((value) => value === 1).length, values.length)
    return { ...share, interval: 'wilson', values }
  }
  const { value, low, high, n } = bootstrapInterval(values, { statistic: statistic ?? mean, ...options })
  const held = { low: Math.min(low, value), high: Math.max(high, value) }
  return { n, value, ...held, interval: 'bootstrap', ...(!statistic && { values }) }
}

/** Means of the values of each unit, in the order in which units first appear. */
export function unitMeans(values: readonly { readonly unit: string; readonly value: number }[]): number[] {
  const units = new Map<string, number[]>()
  for (const { unit, value } of values) units.set(unit, [...(units.get(unit) ?? []), value])
  return [...units.values()].map(mean)
}
