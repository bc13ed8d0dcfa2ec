import type { Measurement } from '@policypatch/core'
import type { DomainFigures } from './domain-figures.ts'

/** The figures of a domain with their 95% intervals: a row for each metric, judge and part of the data, a column for each subject. */
export function domainTable({ subjects, measurements }: DomainFigures): string[][] {
  const keyOf = ({ metric, judge, data }: Measurement) => JSON.stringify([metric, judge, data])
  const first = new Map<string, Measurement>()
  for (const one of measurements) if (!first.has(keyOf(one))) first.set(keyOf(one), one)
  const rows = [...first].map(([key, { metric, judge, data, better, n }]) => {
    const figures = subjects.map((subject) => {
      const own = measurements.find((one) => one.subject === subject && keyOf(one) === key)
      return own ? figure(own) : '–'
    })
    return [
      `${metric} (${better === 'higher' ? 'higher' : 'lower'} is better)`,
      judge,
      data,
      `${n}`,
      ...figures,
    ]
  })
  return [['', 'judge', 'data', 'n', ...subjects], ...rows]
}

/** The figures for programs, without the values of each prompt. */
export const domainJson = ({ measurements, skipped }: DomainFigures) => ({
  measurements: measurements.map(({ values: _, ...one }) => one),
  skipped,
})

/** Why metrics have no figure, a line each. */
export const skippedLines = ({ skipped }: DomainFigures): string[] =>
  skipped.map(({ subject, metric, reason }) => `No ${metric} for ${subject}: ${reason}.`)

const figure = ({ value, low, high }: Measurement) => `${short(value)} [${short(low)}, ${short(high)}]`

const short = (value: number) => value.toFixed(Math.abs(value) < 10 ? 3 : 1)
