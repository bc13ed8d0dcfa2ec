import type { Effect, PooledFigure } from '@policypatch/core/evaluate'
import { formatChange, formatChangeRange, type Unit } from '../page/format-figure.ts'
import type { ReportContext, ReportMetric } from '../page/report-context.ts'

/** A row of a forest plot: a metric, what it was measured on, or how one subject changes it. */
export type ForestRow =
  | { readonly kind: 'metric' | 'note'; readonly id: number; readonly text: string }
  | {
      readonly kind: 'effect'
      readonly id: number
      readonly subject: string
      /** Sign adjusted so that higher is better. */
      readonly value: number
      readonly low: number
      readonly high: number
      /** The actual change with its sign, interval and verdict. */
      readonly text: string
      readonly verdict: Verdict
    }

/** What a change means; `unclear` if its interval includes zero. */
export type Verdict = 'better' | 'worse' | 'unclear'

export function verdictOf({ low, high }: Effect, { better }: ReportMetric): Verdict {
  if (low > 0) return better === 'higher' ? 'better' : 'worse'
  if (high < 0) return better === 'higher' ? 'worse' : 'better'
  return 'unclear'
}

/** A change with its actual sign. Amounts are relative to the base's figure. */
export function relativeChange({ value, low, high }: Effect, base: PooledFigure, unit: Unit) {
  const scale = unit === 'amount' ? Math.abs(base.value) || 1 : 1
  return { value: value / scale, low: low / scale, high: high / scale }
}

/** A change as placed in the forest plot: sign adjusted so that higher is better. */
function improvement(effect: Effect, base: PooledFigure, { better, unit }: ReportMetric) {
  const { value, low, high } = relativeChange(effect, base, unit)
  return better === 'higher' ? { value, low, high } : { value: -value, low: -high, high: -low }
}

/** The rows for all metrics of one unit in one domain. */
export function forestRows({ metrics }: ReportContext, domain: string, unit: Unit): ForestRow[] {
  const rows: ForestRow[] = []
  for (const metric of metrics) {
    if (metric.domain !== domain || metric.unit !== unit || metric.effects.length === 0) continue
    const base = metric.figures.find(({ subject }) => subject === 'base') as PooledFigure
    const note = `n = ${base.n} · ${metric.better} is better · ${metric.judge} · ${metric.data}`
    rows.push({ kind: 'metric', id: rows.length, text: metric.metric })
    rows.push({ kind: 'note', id: rows.length, text: note })
    for (const effect of metric.effects) {
      const range = improvement(effect, base, metric)
      const verdict = verdictOf(effect, metric)
      const { value, ...ends } = relativeChange(effect, base, unit)
      const text = `${formatChange(value, unit)} ${formatChangeRange(ends, unit)} ${verdict}`
      rows.push({ kind: 'effect', id: rows.length, subject: effect.subject, ...range, text, verdict })
    }
  }
  return rows
}
