import type { ReportMetric } from '../page/report-context.ts'

/** Scores of one subject in equal-width bins. */
export interface BinnedScores {
  readonly subject: string
  readonly mean: number
  readonly bins: readonly { readonly from: number; readonly to: number; readonly share: number }[]
}

const binCount = 20

/** Bins each subject's scores over all of its seeds; empty for a metric that only counts, or that has no scores. */
export function binScores({ subjects }: ReportMetric): BinnedScores[] {
  const scores = [...subjects].map(
    ([subject, seeds]) => [subject, seeds.flatMap(({ values = [] }) => values)] as const,
  )
  const all = scores.flatMap(([, values]) => values)
  if (all.every((value) => value === 0 || value === 1)) return []
  const bounded = all.every((value) => value >= 0 && value <= 1)
  const [least, most] = bounded ? [0, 1] : extent(all)
  const width = (most - least) / binCount || 1
  return scores.flatMap(([subject, values]) => {
    if (values.length === 0) return []
    const counts = new Array<number>(binCount).fill(0)
    for (const value of values) {
      const bin = Math.min(binCount - 1, Math.floor((value - least) / width))
      counts[bin] = (counts[bin] as number) + 1
    }
    return [
      {
        subject,
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        bins: counts.map((count, i) => ({
          from: least + i * width,
          to: least + (i + 1) * width,
          share: count / values.length,
        })),
      },
    ]
  })
}

/** Not Math.min(...), which overflows the stack for a few hundred thousand values. */
function extent(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}
