import type { Patch } from '@policypatch/core'
import {
  type AnalyzedMetric,
  analyzeMeasurements,
  type ReportData,
  type ReportedPatch,
} from '@policypatch/core/evaluate'
import { type Unit, unitOf } from './format-figure.ts'
import { type Html, html } from './html.ts'
import { type SubjectStyle, subjectName, subjectStyles } from './subject-style.ts'

/** A metric with the unit of its figures. */
export interface ReportMetric extends AnalyzedMetric {
  readonly unit: Unit
}

/** The input of every section of a page. */
export interface ReportContext {
  readonly data: ReportData
  /** In the order of the measurements. */
  readonly metrics: readonly ReportMetric[]
  /** All domains in the report, in order of first mention. */
  readonly domains: readonly string[]
  /** The style of every subject, by name. */
  readonly styles: ReadonlyMap<string, SubjectStyle>
  /** A subject's name after its symbol. */
  name(subject: string): Html
  /** See {@link mainSubject}. */
  readonly main: string | undefined
}

export function reportContext(data: ReportData): ReportContext {
  const metrics = analyzeMeasurements(data.measurements).map((metric) => ({
    ...metric,
    unit: unitOf(metric),
  }))
  const subjects = [
    ...metrics.flatMap(({ figures }) => figures.map(({ subject }) => subject)),
    ...data.examples.flatMap(({ responses }) => responses.map(({ subject }) => subject)),
  ]
  const styles = subjectStyles(subjects)
  const domains = [...data.measurements, ...data.agreement, ...data.examples, ...data.curves]
  return {
    data,
    metrics,
    domains: [...new Set(domains.map(({ domain }) => domain))],
    styles,
    name(subject) {
      const style = styles.get(subject)
      return style ? subjectName(subject, style) : html`${subject}`
    },
    main: mainSubject(subjects),
  }
}

/** The subject that the report is about: `patched`, or the first that is neither base nor reference. */
export function mainSubject(subjects: readonly string[]): string | undefined {
  const candidates = subjects.filter((name) => name !== 'base' && name !== 'reference')
  return candidates.includes('patched') ? 'patched' : candidates[0]
}

export const reportedPatch = ({ manifest: { name, version }, parameters, bytes }: Patch): ReportedPatch => ({
  ...{ name, version, parameters, bytes },
})
