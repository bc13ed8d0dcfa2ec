import type { EvaluationSubject } from '../evaluate/evaluation-subject.ts'
import type { DomainMetric, DomainPrompt, ProbabilityMetric } from '../evaluate/metrics/domain-metric.ts'
import { type IntervalOptions, metricFigure, unitMeans } from '../evaluate/metrics/metric-figure.ts'
import type { Measurement } from '../evaluate/statistics/measurement.ts'
import type { Domain } from './domain.ts'
import type { MetricValues } from './metric-values.ts'

/** A response with every judge's score. */
export interface MeasuredSample {
  readonly response: string
  readonly scores: readonly JudgeScore[]
}

/** A judge's score in [0, 1] of one response. */
export interface JudgeScore {
  readonly role: string
  readonly judge: string
  readonly score: number
}

/** A prompt with its sampled and judged responses. */
export interface MeasuredPrompt extends DomainPrompt {
  readonly samples: readonly MeasuredSample[]
}

/** A metric without a figure. */
export interface SkippedMetric {
  readonly metric: string
  readonly reason: string
}

/** Computes a domain's figures from samples, scores and probabilities, separately for each part of the prompts. */
export function measureDomain(
  domain: Domain,
  subject: Pick<EvaluationSubject, 'name' | 'seed'>,
  prompts: readonly MeasuredPrompt[],
  probabilities: MetricValues,
  { data, intervals = {} }: { readonly data: string; readonly intervals?: IntervalOptions | undefined },
): { readonly measurements: Measurement[]; readonly skipped: SkippedMetric[] } {
  const measurements: Measurement[] = []
  const skipped: SkippedMetric[] = []
  const add = (metric: DomainMetric, judge: string, where: string, values: readonly number[]) =>
    measurements.push({
      domain: domain.name,
      metric: metric.name,
      judge,
      subject: subject.name,
      data: where,
      ...(subject.seed !== undefined && { seed: subject.seed }),
      ...metricFigure(metric, values, intervals),
      better: metric.better,
    })
  const parts = partsOf(prompts, data)
  for (const metric of domain.metrics) {
    const before = measurements.length
    if (metric.reads === 'probabilities') {
      if ('reason' in probabilities) skipped.push({ metric: metric.name, reason: probabilities.reason })
      else
        for (const [where, values] of rowParts(metric, probabilities, parts, data)) {
          add(metric, 'likelihood', where, values)
        }
      continue
    }
    for (const { where, indices } of parts) {
      const own = indices.map((index) => prompts[index] as MeasuredPrompt)
      for (const [judge, values] of responseValues(metric, domain, own)) {
        if (values.length > 0) add(metric, judge, where, values)
      }
    }
    if (measurements.length === before) {
      skipped.push({ metric: metric.name, reason: 'no prompt is of its kind, or there is no judge' })
    }
  }
  return { measurements, skipped }
}

interface Part {
  /** Name of its data in figures. */
  readonly where: string
  readonly indices: readonly number[]
}

function partsOf(prompts: readonly DomainPrompt[], data: string): Part[] {
  const names = [...new Set(prompts.map(({ part }) => part))]
  return names.map((name) => ({
    where: name === undefined ? data : `${data}, ${name}`,
    indices: [...prompts.keys()].filter((index) => prompts[index]?.part === name),
  }))
}

function rowParts(
  { name, rows }: ProbabilityMetric,
  probabilities: ReadonlyMap<string, readonly number[]>,
  parts: readonly Part[],
  data: string,
): (readonly [string, readonly number[]])[] {
  const values = probabilities.get(name) ?? []
  if (rows) return [[rows.name || data, values]]
  return parts.map(({ where, indices }) => [where, indices.map((index) => values[index] as number)])
}

/** Values of the units, by judge. */
function responseValues(
  metric: Exclude<DomainMetric, ProbabilityMetric>,
  { judges }: Domain,
  prompts: readonly MeasuredPrompt[],
): (readonly [string, number[]])[] {
  const collect = (value: (prompt: MeasuredPrompt) => number | undefined) =>
    unitMeans(
      prompts.flatMap((prompt, index) => {
        const found = value(prompt)
        return found === undefined ? [] : { unit: metric.unit?.(prompt) ?? `${index}`, value: found }
      }),
    )
  if (metric.reads === 'texts') {
    const texts = (prompt: MeasuredPrompt) => prompt.samples.map(({ response }) => response)
    return [[metric.judge, collect((prompt) => metric.value(texts(prompt), prompt))]]
  }
  const { role } = metric
  return (judges[role] ?? []).map(({ name }) => {
    const scored = (prompt: MeasuredPrompt) =>
      prompt.samples.map(({ response, scores }) => ({
        response,
        score: scores.find((each) => each.role === role && each.judge === name)?.score as number,
      }))
    return [name, collect((prompt) => metric.value(scored(prompt), prompt))] as const
  })
}
