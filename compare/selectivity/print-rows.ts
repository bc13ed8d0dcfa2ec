import { formatTable } from 'policypatch/evaluate'
import type { ResultRow } from './result-rows.ts'

/** Whether the mean meets the bound; undefined for a row without one. */
export function reaches({ bar, mean }: ResultRow): boolean | undefined {
  if (!bar) return undefined
  // Differences of rates have rounding errors in the last digits.
  return 'least' in bar ? mean >= bar.least - 1e-9 : mean <= bar.most + 1e-9
}

export function printRows(rows: readonly ResultRow[]): void {
  const figure = (value: number | undefined) => (value === undefined ? '' : value.toFixed(3))
  console.log(
    formatTable([
      ['name', 'bar', '', 'mean [seeds]', 'spread', 'n', 'base', 'reference', 'without gate', 'second judge'],
      ...rows.map((row) => {
        const { name, bar, values, mean, spread, n, base, reference, ungated, secondJudge } = row
        const reached = reaches(row)
        return [
          name,
          bar ? ('least' in bar ? `>= ${figure(bar.least)}` : `<= ${figure(bar.most)}`) : '',
          reached === undefined ? '' : reached ? 'yes' : 'NO',
          `${figure(mean)} [${values.map(figure).join(', ')}]`,
          ...[figure(spread), `${n}`, figure(base), figure(reference), figure(ungated), figure(secondJudge)],
        ]
      }),
    ]),
  )
}
