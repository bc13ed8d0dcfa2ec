import { crossedBootstrap, type Estimate, pairedBootstrap } from '../statistics/bootstrap.ts'
import { mcnemar, pairedCounts } from '../statistics/mcnemar.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { comparableScores, meanScores, type PooledFigure, type Resampling } from './pooled-figure.ts'

/** The change of a subject from a baseline, on the same units. */
export interface Effect extends Estimate {
  readonly subject: string
  readonly method: 'paired bootstrap' | 'crossed bootstrap' | 'square and add'
  /** Two-sided p of no change over units, with seeds fixed; absent if units cannot be compared one by one. */
  readonly p?: number
  readonly test?: 'McNemar, exact' | 'paired bootstrap'
}

export interface Compared {
  readonly seeds: readonly Measurement[]
  readonly figure: PooledFigure
}

/**
 * The difference of a subject from a baseline. If both have scores for the same units, these are paired; with several seeds
 * it is the crossed bootstrap of the differences. Otherwise the two estimates are treated as independent and their
 * half-widths are added in quadrature (Zou and Donner 2008), which is too wide for the same units.
 */
export function effectOf(baseline: Compared, subject: Compared, resampling: Resampling): Effect {
  const { figure } = subject
  const before = comparableScores(baseline.seeds)
  const after = comparableScores(subject.seeds)
  const name = { subject: figure.subject }
  if (!before || !after || before[0]?.length !== after[0]?.length) {
    const { value, low, high } = baseline.figure
    const change = figure.value - value
    return {
      ...name,
      n: figure.n,
      value: change,
      low: change - Math.hypot(figure.value - figure.low, high - value),
      high: change + Math.hypot(figure.high - figure.value, value - low),
      method: 'square and add',
    }
  }
  const from = meanScores(before)
  const { p, ...paired } = pairedBootstrap(from, meanScores(after), resampling)
  if (after.length > 1) {
    const differences = after.map((values) => values.map((value, unit) => value - (from[unit] as number)))
    const crossed = crossedBootstrap(differences, resampling)
    return { ...name, ...crossed, method: 'crossed bootstrap', p, test: 'paired bootstrap' }
  }
  const [was = [], is = []] = [from, after[0]]
  const exact = [...was, ...is].every((value) => value === 0 || value === 1)
  if (!exact) return { ...name, ...paired, method: 'paired bootstrap', p, test: 'paired bootstrap' }
  const { onlyFirst, onlySecond } = pairedCounts(was.map(Boolean), is.map(Boolean))
  return {
    ...name,
    ...paired,
    method: 'paired bootstrap',
    p: mcnemar(onlyFirst, onlySecond).p,
    test: 'McNemar, exact',
  }
}
