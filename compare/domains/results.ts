import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  analyzeMeasurements,
  formatTable,
  type Measurement,
  mergeReports,
  type ReportData,
  readReport,
  writeReport,
} from 'policypatch/evaluate'
import { comparisons } from './against.ts'
import { baseModel } from './base-model.ts'
import { headline } from './headline.ts'
import type { CaseResult } from './run-case.ts'

const path = fileURLToPath(new URL('../results/domains.json', import.meta.url))

/** The results of a run. */
export interface Found {
  readonly measurements: readonly Measurement[]
  readonly stories: readonly CaseResult[]
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * Writes compare/results/domains.json: the headline figures, and all data behind them in report form. Domains left out of this
 * run keep their figures. Returns the file's new contents.
 */
export async function writeResults(
  found: Found,
): Promise<{ report: ReportData; ratios: Record<string, number> }> {
  const own = reportOf(found)
  const before = existsSync(path) ? without(await readReport(path), own) : undefined
  const merged = before?.measurements.length ? mergeReports([own, before]) : own
  const report = { ...merged, title: titleOf(merged.measurements) }
  const ratios = headline(report.measurements)
  await writeReport(path, report, { ratios, comparisons: comparisons(report.measurements) })
  return { report, ratios }
}

function reportOf({ measurements, stories, settings }: Found): ReportData {
  return {
    format: 'policypatch-report/v1',
    title: titleOf(measurements),
    created: new Date().toISOString(),
    notice:
      'The prompts and responses below hold offensive and dangerous text, because that is what is measured.',
    base: baseModel,
    command: 'npm run compare:domains',
    settings: {
      ...settings,
      parameters: Object.fromEntries(stories.map(({ domain, parameters }) => [domain, parameters])),
    },
    measurements,
    agreement: stories.flatMap(({ agreement }) => agreement),
    examples: stories.flatMap(({ examples }) => examples),
    curves: stories.flatMap(({ curves }) => curves),
  }
}

function titleOf(measurements: readonly Measurement[]): string {
  const domains = new Set(measurements.map(({ domain }) => domain))
  domains.delete('ability')
  return `Patches for ${[...domains].join(', ')}`
}

/** Drops from a report the domains of another report, and the abilities of subjects measured there. */
function without(report: ReportData, { measurements }: ReportData): ReportData {
  const isNew = ({ domain, subject }: Measurement) =>
    measurements.some((one) => one.domain === domain && (domain !== 'ability' || one.subject === subject))
  const domains = new Set(measurements.map(({ domain }) => domain))
  const others = <T extends { readonly domain: string }>(rows: readonly T[]) =>
    rows.filter(({ domain }) => !domains.has(domain))
  return {
    ...report,
    measurements: report.measurements.filter((one) => !isNew(one)),
    agreement: others(report.agreement),
    examples: others(report.examples),
    curves: others(report.curves),
  }
}

/** Prints every figure with its interval over seeds and prompts, and the share of the reference's change that it achieves. */
export function printFigures(measurements: readonly Measurement[]): void {
  const rows = [
    ['domain', 'metric', 'judge', 'data', 'n', 'subject', 'value', '95% interval', 'share of change'],
  ]
  for (const { domain, metric, judge, data, figures, shares } of analyzeMeasurements(measurements)) {
    for (const { subject, n, value, low, high } of figures) {
      const share = shares.get(subject)
      rows.push([
        ...[domain, metric, judge, data, `${n}`, subject, value.toFixed(3)],
        `[${low.toFixed(3)}, ${high.toFixed(3)}]`,
        share ? `${share.value.toFixed(2)} [${share.low.toFixed(2)}, ${share.high.toFixed(2)}]` : '',
      ])
    }
  }
  console.log(formatTable(rows))
}

/** Prints the patch minus each alternative. */
export function printComparisons(measurements: readonly Measurement[]): void {
  const rows = [['patched less', 'domain', 'metric', 'judge', 'data', 'difference', '95% interval', 'better']]
  for (const { against, domain, metric, judge, data, value, low, high, better } of comparisons(
    measurements,
  )) {
    rows.push([
      ...[against, domain, metric, judge, data, value.toFixed(3)],
      ...[`[${low.toFixed(3)}, ${high.toFixed(3)}]`, better],
    ])
  }
  console.log(formatTable(rows))
}
