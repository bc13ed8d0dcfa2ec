import { fileURLToPath } from 'node:url'
import { analyzeMeasurements, formatTable, type Measurement, type ReportData, writeReport } from 'policypatch'
import { comparisons } from './against.ts'
import { baseModel } from './base-model.ts'
import type { CaseResult } from './run-case.ts'

export interface Results {
  readonly ratios: Readonly<Record<string, number>>
  readonly measurements: readonly Measurement[]
  readonly stories: readonly CaseResult[]
  readonly settings: Readonly<Record<string, unknown>>
}

/** compare/results/domains.json: the headlines, and everything behind them in the form that reports are made of. */
export async function writeResults({ ratios, measurements, stories, settings }: Results): Promise<void> {
  const report: ReportData = {
    format: 'policypatch-report/v1',
    title: 'Three domains',
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
  const path = fileURLToPath(new URL('../results/domains.json', import.meta.url))
  await writeReport(path, report, { ratios, comparisons: comparisons(measurements) })
}

/** Every figure with its interval, over seeds and prompts, and the share of the reference's change that it makes. */
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

/** The patch less each of what it is held against. */
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
