import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import type { Measurement } from '../statistics/measurement.ts'

/** Everything that a report shows, as `policypatch report` reads it. Written by `writeReport`, read by `readReport`. */
export interface ReportData {
  readonly format: 'policypatch-report/v1'
  readonly title: string
  /** ISO 8601, UTC. */
  readonly created: string
  /** What a reader must know before anything else, such as that the figures are made up. */
  readonly notice?: string
  /** Id of the base model. */
  readonly base: string
  readonly patch?: ReportedPatch
  /** The command that reproduces it. Empty if there is none. */
  readonly command: string
  /** Everything that the figures depend on, as JSON values. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly measurements: readonly Measurement[]
  readonly agreement: readonly JudgeAgreement[]
  readonly examples: readonly ReportExample[]
  readonly curves: readonly TrainingCurve[]
  /** What ran where, if several machines did the work. */
  readonly ran?: readonly WorkerShare[]
}

/** What one worker did. */
export interface WorkerShare {
  readonly worker: string
  readonly host: string
  readonly shards: number
  readonly rows: number
  /** Time spent working. */
  readonly seconds: number
}

export interface ReportedPatch {
  readonly name: string
  readonly version: string
  readonly parameters: number
  readonly bytes: number
}

/** How far two judges agree on the same responses; made by `judgeAgreement`. */
export interface JudgeAgreement {
  readonly domain: string
  /** What was judged, such as `base, patched and reference on harmful-instructions (test)`. */
  readonly data: string
  readonly judges: readonly [string, string]
  /** Responses. */
  readonly n: number
  /** Share of responses on which both say the same. */
  readonly observed: number
  /** Cohen's kappa with its 95% interval; null if both gave one and the same label throughout. */
  readonly kappa: { readonly value: number; readonly low: number; readonly high: number } | null
}

/** One prompt and what each subject said to it. */
export interface ReportExample {
  readonly domain: string
  /** Such as `harmful`, or the name of a data set. */
  readonly kind: string
  readonly prompt: string | readonly ChatMessage[]
  readonly responses: readonly ExampleResponse[]
}

export interface ExampleResponse {
  /** As in the measurements: `base`, `patched`, `reference` or another. */
  readonly subject: string
  readonly text: string
  /** Whether it is as the policy wants it, if it was judged. */
  readonly good?: boolean
  /** What each judge says, by its name. */
  readonly scores?: Readonly<Record<string, number>>
}

/** One metric over the steps of one training stage; made by `trainingCurves`. */
export interface TrainingCurve {
  readonly domain: string
  /** Such as `sft`. */
  readonly stage: string
  /** TRL's name, such as `loss`. */
  readonly metric: string
  readonly seed?: number
  /** [step, value], steps ascending. */
  readonly points: readonly (readonly [number, number])[]
}

/**
 * The metrics that the steps of a training stage reported (`TrainMetrics`) as curves of a report, in the order of `metrics`.
 * Metrics that no step has are left out, and so are values that are not finite.
 */
export function trainingCurves(
  labels: Pick<TrainingCurve, 'domain' | 'stage' | 'seed'>,
  steps: readonly { readonly step: number }[],
  metrics: readonly string[] = ['loss', 'kl', 'rewards/margins', 'rewards/accuracies'],
): TrainingCurve[] {
  return metrics.flatMap((metric) => {
    const points = steps.flatMap((row): [number, number][] => {
      const value = (row as Readonly<Record<string, unknown>>)[metric]
      return typeof value === 'number' && Number.isFinite(value) ? [[row.step, value]] : []
    })
    return points.length > 0 ? [{ ...labels, metric, points }] : []
  })
}
