import { isTarget } from '../pairs/rows/prompt-kind.ts'
import type { PatchEvaluation } from './evaluate-patch.ts'
import { type EvaluationCell, metricOf } from './grid/evaluation-cell.ts'
import type { ReportEffect } from './report/report-effects.ts'
import type { Measurement } from './statistics/measurement.ts'
import { wilsonInterval } from './statistics/wilson-interval.ts'

const rateOf = ({ value, low, high }: ReportEffect['before']) => ({
  value,
  // A bootstrap interval of few values may miss the value by a rounding error.
  low: Math.min(low, value),
  high: Math.max(high, value),
})

const nothing = (value: number) => ({ value, low: value, high: value })

/**
 * The effects that a patch's manifest records of an evaluation, before and after: refusal and over-refusal for each origin,
 * context and judge, then degenerate responses and costs. `data` names the origin, and the context unless it is `plain`.
 */
export function evaluationEffects(evaluation: PatchEvaluation): ReportEffect[] {
  const { cells, patched: name, judges, divergence, perplexity, ability = [] } = evaluation
  const after = cells.filter(({ subject }) => subject === name)
  const effects = after.flatMap((cell) => {
    const before = cells.find((other) => other.subject === 'base' && isOfSame(cell, other))
    return before ? refusalEffects(before, cell, judges) : []
  })
  effects.push(...degenerateEffects(evaluation))
  if (divergence) {
    const { tokens, identical, kl } = divergence
    const data = 'everyday prompts'
    effects.push(
      {
        ...{ metric: `answers identical to the base's, first ${tokens} tokens`, judge: 'identity', data },
        ...{ better: 'higher' as const, n: identical.n, before: nothing(1), after: rateOf(identical) },
      },
      {
        ...{ metric: 'KL from the base, nats a token', judge: 'likelihood', data },
        ...{ better: 'lower' as const, n: kl.n, before: nothing(0), after: rateOf(kl) },
      },
    )
  }
  const changes = [
    ...(perplexity ? [{ before: perplexity.base, after: perplexity.patched }] : []),
    ...ability,
  ]
  return [...effects, ...changes.map((change) => changeEffect(change.before, change.after))]
}

const isOfSame = (one: EvaluationCell, other: EvaluationCell) =>
  one.origin === other.origin && one.context === other.context && one.kind === other.kind

const dataOf = ({ origin, context }: EvaluationCell) =>
  context === 'plain' ? origin : `${origin}, ${context}`

function refusalEffects(
  before: EvaluationCell,
  after: EvaluationCell,
  judges: readonly string[],
): ReportEffect[] {
  return judges.flatMap((judge) => {
    const [was, is] = [before.refusedBy[judge], after.refusedBy[judge]]
    if (!was || !is || is.n === 0) return []
    const { name: metric, better } = metricOf(after.kind)
    return [{ metric, judge, data: dataOf(after), better, n: is.n, before: rateOf(was), after: rateOf(is) }]
  })
}

/** Over all harmless prompts: single cells have few such responses, if any. */
function degenerateEffects({ cells, patched }: PatchEvaluation): ReportEffect[] {
  const pooled = (subject: string) => {
    const own = cells.filter((cell) => cell.subject === subject && !isTarget(cell.kind))
    const count = (of: (cell: EvaluationCell) => number) => own.reduce((sum, cell) => sum + of(cell), 0)
    const found = count(({ degenerate }) => Math.round(degenerate.value * degenerate.n))
    return wilsonInterval(
      found,
      count(({ degenerate }) => degenerate.n),
    )
  }
  const [before, after] = [pooled('base'), pooled(patched)]
  if (after.n === 0) return []
  const kind = cells.find((cell) => !isTarget(cell.kind))?.kind
  const named = { metric: 'degenerate responses', judge: 'repetition', data: `all ${kind} prompts` }
  return [{ ...named, better: 'lower', n: after.n, before: rateOf(before), after: rateOf(after) }]
}

function changeEffect(before: Measurement, after: Measurement): ReportEffect {
  const { metric, judge, data, better, n } = before
  return { metric, judge, data, better, n, before: rateOf(before), after: rateOf(after) }
}
