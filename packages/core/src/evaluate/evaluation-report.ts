import { isOfSafety, isTarget } from '../pairs/rows/prompt-kind.ts'
import type { PatchEvaluation } from './evaluate-patch.ts'
import type { GridEvaluation } from './grid/evaluate-grid.ts'
import { type EvaluationCell, metricOf } from './grid/evaluation-cell.ts'
import { isOverRefusal, type ScoredResponse } from './metrics/refusal-rate.ts'
import type { ReportData, ReportExample, ReportedPatch } from './report/report-data.ts'
import type { Measurement } from './statistics/measurement.ts'

export interface EvaluationReportOptions {
  /** Id of the base model. */
  readonly base: string
  /** Domain of the figures. Default `refusal`, or `goal` for a goal other than safety. */
  readonly domain?: string | undefined
  readonly patch?: ReportedPatch | undefined
  /** The command that reproduces it. */
  readonly command?: string | undefined
  /** Everything that the figures depend on besides the evaluation's own settings, as JSON values. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** ISO 8601, UTC. Default: now. */
  readonly created?: string | undefined
  /** Examples of each origin, context and kind, from the first prompts. Default 3. */
  readonly examples?: number | undefined
}

/**
 * The data of a report on an evaluation: each cell by each judge, with the deciding judge's verdict on each prompt, so that
 * subjects can be compared prompt by prompt; divergence, perplexity and ability if they were measured; and examples.
 */
export function evaluationReport(
  evaluation: GridEvaluation | PatchEvaluation,
  options: EvaluationReportOptions,
): ReportData {
  const isSafety = evaluation.cells.every(({ kind }) => isOfSafety(kind))
  const {
    base,
    domain = isSafety ? 'refusal' : 'goal',
    patch,
    command = '',
    settings = {},
    examples = 3,
  } = options
  const { subjects, judges, maxTokens } = evaluation
  return {
    format: 'policypatch-report/v1',
    title: patch ? `${patch.name} for ${base}` : `${isSafety ? 'Refusal' : 'Answers'} of ${base}`,
    created: options.created ?? new Date().toISOString(),
    base,
    ...(patch && { patch }),
    command,
    settings: { subjects: subjects.join(', '), judges: judges.join(', '), maxTokens, ...settings },
    measurements: [
      ...evaluation.cells.flatMap((cell) => cellMeasurements(evaluation, cell, domain)),
      ...('patched' in evaluation ? costMeasurements(evaluation, domain) : []),
    ],
    agreement: [],
    examples: examplesOf(evaluation, domain, examples),
    curves: [],
  }
}

const isOf = (cell: EvaluationCell, one: ScoredResponse) =>
  (one.part ?? 'prompts') === cell.origin &&
  (one.context ?? 'plain') === cell.context &&
  one.kind === cell.kind

const placeOf = ({ origin, context }: Pick<EvaluationCell, 'origin' | 'context'>) =>
  context === 'plain' ? origin : `${origin}, ${context}`

function cellMeasurements(
  { judges, responses }: GridEvaluation,
  cell: EvaluationCell,
  domain: string,
): Measurement[] {
  const { name: metric, better } = metricOf(cell.kind)
  const all = responses[cell.subject] ?? []
  const own = all.filter((one) => one !== undefined).filter((one) => isOf(cell, one))
  return judges.flatMap((judge, index): Measurement[] => {
    const rate = cell.refusedBy[judge]
    if (!rate || rate.n === 0) return []
    const values = own.map((one) => Number(isTarget(cell.kind) ? one.score >= 0.5 : isOverRefusal(one)))
    return [
      {
        ...{ domain, judge, subject: cell.subject, data: placeOf(cell), ...rate, interval: 'wilson' },
        ...{ metric, better },
        // The other judges' verdicts are not stored by prompt.
        ...(index === 0 && values.length === rate.n && { values }),
      },
    ]
  })
}

/** How far the patched model is from its base where it should not differ, and its other costs. */
function costMeasurements(
  { patched, divergence, perplexity, ability = [] }: PatchEvaluation,
  domain: string,
): Measurement[] {
  const changes = [
    ...(perplexity ? [{ before: perplexity.base, after: perplexity.patched }] : []),
    ...ability,
  ]
  const measured = changes.flatMap(({ before, after }) => [
    { ...before, subject: 'base' },
    { ...after, subject: patched },
  ])
  if (!divergence) return measured
  const { tokens, identical, kl } = divergence
  const from = { domain, subject: patched, data: 'everyday prompts' }
  return [
    ...measured,
    {
      ...{ ...from, ...identical, judge: 'identity', interval: 'wilson', better: 'higher' },
      metric: `answers identical to the base's, first ${tokens} tokens`,
    },
    {
      ...{ ...from, ...kl, judge: 'likelihood', interval: 'bootstrap', better: 'lower' },
      metric: 'KL from the base, nats a token',
    },
  ]
}

function examplesOf(
  { subjects, judges, responses }: GridEvaluation,
  domain: string,
  most: number,
): ReportExample[] {
  const first = subjects[0] === undefined ? [] : (responses[subjects[0]] ?? [])
  const taken = new Map<string, number>()
  return first.flatMap((shown, index) => {
    if (!shown) return []
    const kind = `${shown.kind}: ${placeOf({ origin: shown.part ?? 'prompts', context: shown.context ?? 'plain' })}`
    const count = taken.get(kind) ?? 0
    if (count >= most) return []
    taken.set(kind, count + 1)
    const said = subjects.flatMap((subject) => {
      const one = responses[subject]?.[index]
      if (!one) return []
      const good = isTarget(one.kind) ? one.score >= 0.5 : !isOverRefusal(one)
      return [{ subject, text: one.response, good, scores: { [judges[0] as string]: one.score } }]
    })
    return [{ domain, kind, prompt: shown.prompt, responses: said }]
  })
}
