import { type AnalyzedMetric, analyzeMeasurements, type Measurement } from 'policypatch/evaluate'
import { effects, overRefusal } from './small-case.ts'

/** The share of one domain's effect that a method of composing keeps, by one judge. */
export interface KeptShare {
  readonly method: string
  readonly domain: string
  readonly judge: string
  /** (stack − base) / (specialist − base), with its 95% interval over prompts, averaged over seeds. */
  readonly value: number
  readonly low: number
  readonly high: number
}

const isEffect = ({ domain, metric, data }: AnalyzedMetric) =>
  effects[domain] === metric && (domain !== 'harmfulness' || data.includes('harmful instructions'))

/** Specialists take the role of `reference`, so shares are of their effects. */
export function keptShares(measurements: readonly Measurement[]): KeptShare[] {
  return analyzeMeasurements(measurements)
    .filter(isEffect)
    .flatMap(({ domain, judge, shares }) =>
      [...shares]
        .filter(([method]) => !method.endsWith(' alone'))
        .map(([method, { value, low, high }]) => ({ method, domain, judge, value, low, high })),
    )
}

/** The worst domain's share, averaged over judges. For `concat`, in its worst order. */
export function worstShare(shares: readonly KeptShare[], method: string): number {
  const own = shares.filter((share) => share.method === method || share.method.startsWith(`${method}: `))
  const means = [...new Set(own.map((share) => `${share.method}/${share.domain}`))].map((key) =>
    mean(own.filter((share) => `${share.method}/${share.domain}` === key).map(({ value }) => value)),
  )
  return means.length === 0 ? Number.NaN : Math.min(...means)
}

/** Mean over-refusal of a stack minus that of the specialist that refuses most. */
export function overRefusalExcess(measurements: readonly Measurement[], method: string): number {
  const rate = (subject: string) =>
    mean(
      measurements
        .filter(
          (one) =>
            one.metric === overRefusal && (one.subject === subject || one.subject.startsWith(`${subject}: `)),
        )
        .map(({ value }) => value),
    )
  const alone = ['reference', 'toxicity alone', 'gender alone']
    .map(rate)
    .filter((value) => !Number.isNaN(value))
  return rate(method) - Math.max(...alone)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
