import type { AnalyzedMetric } from '@policypatch/core/evaluate'

/**
 * How a metric's figures are shown: a share in percent and its change in points; a score in [0, 1] as is; anything else as is,
 * with its change in percent of the base's figure.
 */
export type Unit = 'share' | 'score' | 'amount'

export function unitOf({ figures, subjects }: AnalyzedMetric): Unit {
  const measurements = [...subjects.values()].flat()
  const counted = measurements.every(
    ({ interval, values }) =>
      interval === 'wilson' || values?.every((value) => value === 0 || value === 1) === true,
  )
  if (counted) return 'share'
  const bounded = figures.every(({ value, low, high }) => [value, low, high].every((x) => x >= 0 && x <= 1))
  return bounded ? 'score' : 'amount'
}

const minus = (text: string) => text.replace('-', '−')

/** Formats a figure without its interval: `94%`, `0.36`, `21.5`. */
export function formatFigure(value: number, unit: Unit): string {
  // The share of a change has no bound if the change may be zero.
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (unit === 'share') return minus(`${rounded(100 * value, Math.abs(value) < 0.1 ? 1 : 0)}%`)
  if (unit === 'score') return minus(value.toFixed(3))
  return minus(Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3))))
}

/** Formats a change without its interval: `+91.0` in points, `−0.220`, `+5.0%`. */
export function formatChange(value: number, unit: Unit): string {
  const text =
    unit === 'share'
      ? (100 * value).toFixed(1)
      : unit === 'score'
        ? value.toFixed(3)
        : `${(100 * value).toFixed(Math.abs(value) >= 1 ? 0 : 1)}%`
  return /^-?0(\.0+)?%?$/.test(text) ? text.replace('-', '') : minus(value > 0 ? `+${text}` : text)
}

interface Range {
  readonly low: number
  readonly high: number
}

/** Formats an interval as `[88, 97]`, without a unit, which the figure before it has. */
export function formatRange({ low, high }: Range, unit: Unit): string {
  return `[${[low, high].map((end) => formatFigure(end, unit).replace('%', '')).join(', ')}]`
}

export function formatChangeRange({ low, high }: Range, unit: Unit): string {
  return `[${[low, high].map((end) => formatChange(end, unit).replace('%', '')).join(', ')}]`
}

/** Formats p for reports: two significant digits, and no smaller than 0.001. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : Number(p.toPrecision(2)).toString()
}

/** Formats a count with thin spaces between thousands. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

function rounded(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return text.includes('.') ? text.replace(/\.0+$/, '') : text
}
