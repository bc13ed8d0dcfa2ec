import type { TrainProgress } from '@policypatch/core'
import { formatReferenceShare, promptKinds } from '@policypatch/core/pairs'
import type { TrainMetrics } from '@policypatch/core/train'
import type { ProgressReporter } from '../cli/progress-reporter.ts'

/** Shows the progress that `trainPatch` reports. */
export function reportTraining(progress: ProgressReporter): (event: TrainProgress) => void {
  return (event) => {
    switch (event.stage) {
      case 'pairs':
        return progress.report({ stage: `pairs: ${event.part}`, done: event.done, total: event.total })
      case 'reference':
        return formatReferenceShare(event).split('\n').forEach(progress.line)
      case 'warning':
        return progress.line(`warning: ${event.message}`)
      case 'check':
        return progress.report({ stage: `check: ${event.part}`, done: event.done, total: event.total })
      case 'outcome':
        // Part of the result, which is printed at the end.
        return
      case 'unanswered':
      case 'filter':
        return progress.line(event.summary)
      case 'validation':
        return progress.line(`${event.of} step ${event.step}, validation: ${describeScores(event.scores)}`)
      case 'logps':
      case 'distributions':
      case 'start':
      case 'gate':
        return progress.report(event)
      case 'sft':
      case 'dpo':
        return progress.report({
          stage: event.stage,
          done: event.done,
          total: event.total,
          detail: describeMetrics(event.metrics),
        })
    }
  }
}

function describeScores(scores: Extract<TrainProgress, { readonly stage: 'validation' }>['scores']): string {
  const parts = promptKinds.flatMap((kind) => {
    const score = scores[kind]
    return score === undefined ? [] : [`${kind} ${(100 * score).toFixed(0)}%`]
  })
  const { degenerate = 0 } = scores
  const loops = degenerate > 0 ? `, ${(100 * degenerate).toFixed(0)}% empty or repetitive` : ''
  return `${parts.join(', ')} as wanted${loops}`
}

function describeMetrics(metrics: TrainMetrics): string {
  const margin = metrics['rewards/margins']
  const accuracy = metrics['rewards/accuracies']
  return [
    `loss ${metrics.loss.toFixed(4)}`,
    ...(metrics.kl === undefined ? [] : [`kl ${metrics.kl.toFixed(4)}`]),
    ...(margin === undefined ? [] : [`margin ${margin.toFixed(3)}`]),
    ...(accuracy === undefined ? [] : [`accuracy ${(100 * accuracy).toFixed(0)}%`]),
    `grad ${metrics.grad_norm.toFixed(3)}`,
    `lr ${metrics.learning_rate.toExponential(1)}`,
  ].join('  ')
}
