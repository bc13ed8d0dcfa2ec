import type { Measurement } from '../statistics/measurement.ts'
import { groupMeasurements } from './group-measurements.ts'
import { pooledFigure } from './pooled-figure.ts'

/** A measured effect as a patch's manifest records it. */
export interface ReportEffect {
  readonly metric: string
  readonly judge: string
  readonly data: string
  readonly better?: 'higher' | 'lower'
  readonly n: number
  readonly before: { readonly value: number; readonly low: number; readonly high: number }
  readonly after: { readonly value: number; readonly low: number; readonly high: number }
}

/**
 * The effects that `withEffects` writes into a patch, and so into its model card: each metric for the base and for a subject,
 * by default `patched`, for one training seed if given, else over all of them.
 */
export function reportEffects(
  measurements: readonly Measurement[],
  {
    subject = 'patched',
    seed,
  }: { readonly subject?: string | undefined; readonly seed?: number | undefined } = {},
): ReportEffect[] {
  return groupMeasurements(measurements).flatMap(({ metric, judge, data, better, subjects }) => {
    const after = subjects.get(subject)?.filter((one) => seed === undefined || one.seed === seed) ?? []
    const before = subjects.get('base') ?? []
    if (before.length === 0 || after.length === 0) return []
    const [was, is] = [pooledFigure(before, resampling), pooledFigure(after, resampling)]
    const rate = ({ value, low, high }: typeof was) => ({ value, low, high })
    return [{ metric, judge, data, better, n: is.n, before: rate(was), after: rate(is) }]
  })
}

const resampling = { seed: 0, resamples: 2000 }
