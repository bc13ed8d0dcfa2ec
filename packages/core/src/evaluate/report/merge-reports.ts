import { PatchError } from '../../errors.ts'
import type { ReportData } from './report-data.ts'

/**
 * Merges the data of several reports, such as of several domains or seeds, under the first's title and patch, with the
 * settings and commands of all. Duplicate measurements are kept once.
 *
 * @throws `EMPTY_DATA` without any; `PATCH_MISMATCH` if they are of different base models.
 */
export function mergeReports(reports: readonly ReportData[]): ReportData {
  const [first, ...rest] = reports
  if (!first) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'the data of at least one report',
      found: 'none',
      remedy: 'Pass a file written by an evaluation',
    })
  }
  const bases = [...new Set(reports.map(({ base }) => base))]
  if (bases.length > 1) {
    throw new PatchError('PATCH_MISMATCH', {
      expected: 'reports on the same base model',
      found: bases.join(' and '),
      remedy: 'Write a separate report for each',
    })
  }
  if (rest.length === 0) return first
  const notices = distinct(reports.flatMap(({ notice }) => (notice === undefined ? [] : [notice])))
  const all = <T>(of: (report: ReportData) => readonly T[]) => distinct(reports.flatMap(of))
  const ran = all((report) => report.ran ?? [])
  const settings = distinct(reports.map((report) => report.settings))
  return {
    ...first,
    created: reports.map(({ created }) => created).reduce((a, b) => (a > b ? a : b)),
    ...(notices.length > 0 && { notice: notices.join(' ') }),
    command: distinct(reports.flatMap(({ command }) => command || [])).join('\n'),
    settings:
      settings.length === 1
        ? first.settings
        : Object.fromEntries(reports.map(({ title, settings: own }, i) => [`${i + 1}. ${title}`, own])),
    measurements: all(({ measurements }) => measurements),
    agreement: all(({ agreement }) => agreement),
    examples: all(({ examples }) => examples),
    curves: all(({ curves }) => curves),
    ...(ran.length > 0 && { ran }),
  }
}

/** The items without duplicates, compared by content. */
function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}
