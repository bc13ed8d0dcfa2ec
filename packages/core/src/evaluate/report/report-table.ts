import { printableLine } from '../../text/printable.ts'
import type { Rate } from '../statistics/wilson-interval.ts'

/** A row of a report, for a base model, a system prompt, a patched model or a reference. */
export interface ReportRow {
  readonly name: string
  /** Figures by their name, such as `refusal` and `over-refusal`. */
  readonly rates: Readonly<Record<string, Rate>>
}

/**
 * A report as cells: a heading, then a row for each subject, with a column for each rate that any of them has, in order of
 * first appearance. A rate reads `83.0% [74.5, 89.1] n=100`, percent with its 95% interval.
 */
export function reportTable(rows: readonly ReportRow[]): string[][] {
  const names = [...new Set(rows.flatMap(({ rates }) => Object.keys(rates)))]
  const heading = ['', ...names]
  return [heading, ...rows.map(({ name, rates }) => [name, ...names.map((rate) => formatRate(rates[rate]))])]
}

/** Cells as plain text in aligned columns, two spaces apart. Each is on one line, with control characters escaped. */
export function formatTable(cells: readonly (readonly string[])[]): string {
  const shown = cells.map((row) => row.map(printableLine))
  const widths = (shown[0] ?? []).map((_, column) =>
    shown.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  )
  const lines = shown.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}

function formatRate(rate: Rate | undefined): string {
  if (!rate || rate.n === 0) return '–'
  const percent = (share: number) => (100 * share).toFixed(1)
  return `${percent(rate.value)}% [${percent(rate.low)}, ${percent(rate.high)}] n=${rate.n}`
}
