import type { HostTensor } from '../../backend/backend.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { spanOf } from '../../model/language-model/prefix.ts'
import { type ResponseFeeds, responseFeeds } from '../../model/score/response-logits.ts'
import {
  type LayoutExample,
  type LayoutShape,
  packedLayout,
  type RowLayout,
} from '../../model/score/row-layout.ts'
import type { DpoExample, TrainingExample } from '../examples/example.ts'
import type { Objective } from './objective.ts'

/** The feeds of a training step; those for DPO and distillation only if the objective has them. */
export type StepFeeds = ResponseFeeds & {
  readonly sftWeights: HostTensor
} & Partial<ReturnType<typeof dpoFeeds> & ReturnType<typeof teacherFeeds>>

export interface StepBatch {
  readonly shape: LayoutShape
  readonly feeds: StepFeeds
  /** Number of response tokens that count. */
  readonly tokens: number
}

/** What an objective's means are divided by: tokens of y⁺, pairs, and tokens of y⁺ with a teacher, by weight. */
export interface BatchTotals {
  readonly tokens: number
  readonly pairs: number
  readonly taught: number
}

export function totalsOf(examples: readonly TrainingExample[]): BatchTotals {
  const tokens = (counted: readonly TrainingExample[]) =>
    counted.reduce((sum, { chosen, weight = 1 }) => sum + weight * chosen.length, 0)
  return {
    tokens: tokens(examples),
    pairs: examples.length,
    taught: tokens(examples.filter(({ teacher }) => teacher)),
  }
}

/** The responses of an example that the objective uses, sharing one row. */
export function toLayoutExample(example: TrainingExample, objective: Objective): LayoutExample {
  const responses =
    objective.type === 'dpo' ? [example.chosen, (example as DpoExample).rejected] : [example.chosen]
  return { prompt: example.prompt, responses }
}

/**
 * All feeds of one step of the objective, for a batch of examples, or for a part of a batch with the totals of the whole. Losses
 * and gradients of the parts then add up to those of the batch.
 */
export function stepFeeds(
  { config }: Pick<LanguageModel, 'config'>,
  objective: Objective,
  examples: readonly TrainingExample[],
  prefix: Prefix,
  sharedIds: readonly number[],
  totals: BatchTotals = totalsOf(examples),
): StepBatch {
  const rows = examples.map((example) => toLayoutExample(example, objective))
  const layout = packedLayout(rows, { before: spanOf(prefix), shared: sharedIds.length })
  return {
    shape: layout.shape,
    tokens: layout.owners.length,
    feeds: {
      ...responseFeeds(config, layout, { prefix, sharedIds }),
      ...sftFeeds(examples, layout, totals),
      ...(objective.type === 'dpo' && dpoFeeds(examples as readonly DpoExample[], layout, totals)),
      ...(objective.distillationWeight && teacherFeeds(examples, layout, totals)),
    },
  }
}

const vector = (values: ArrayLike<number>): HostTensor => ({
  shape: [values.length],
  data: Float32Array.from(values),
})

/** 1/N for the tokens of y⁺ that count, times the weight of their example; 0 elsewhere. */
function sftFeeds(
  examples: readonly TrainingExample[],
  { owners, shape }: RowLayout,
  { tokens }: BatchTotals,
): Pick<StepFeeds, 'sftWeights'> {
  const weights = new Float32Array(shape.targets)
  for (const [i, { example, response }] of owners.entries()) {
    if (response === 0) weights[i] = (examples[example]?.weight ?? 1) / tokens
  }
  return { sftWeights: vector(weights) }
}

function dpoFeeds(examples: readonly DpoExample[], { owners, shape }: RowLayout, totals: BatchTotals) {
  const pairs = examples.length
  const membership = (which: number): HostTensor => {
    const data = new Float32Array(pairs * shape.targets)
    for (const [i, { example, response }] of owners.entries()) {
      if (response === which) data[example * shape.targets + i] = 1
    }
    return { shape: [pairs, shape.targets], data }
  }
  return {
    chosenSum: membership(0),
    rejectedSum: membership(1),
    referenceChosen: vector(examples.map(({ referenceChosen }) => referenceChosen)),
    referenceRejected: vector(examples.map(({ referenceRejected }) => referenceRejected)),
    chosenTokens: vector(examples.map(({ chosen }) => chosen.length)),
    rejectedTokens: vector(examples.map(({ rejected }) => rejected.length)),
    pairWeights: vector(new Array(pairs).fill(1 / totals.pairs)),
  }
}

/** The teachers' distributions at the positions of y⁺; examples without one have weight 0. */
function teacherFeeds(
  examples: readonly TrainingExample[],
  { owners, shape }: RowLayout,
  { taught }: BatchTotals,
) {
  const k = Math.max(1, ...examples.map(({ teacher }) => teacher?.k ?? 1))
  const ids = new Int32Array(shape.targets * k)
  // log of nearly nothing: an absent entry does not contribute.
  const logps = new Float32Array(shape.targets * k).fill(-50)
  const weights = new Float32Array(shape.targets)
  for (const [i, { example, response, token }] of owners.entries()) {
    const teacher = examples[example]?.teacher
    if (!teacher || response !== 0) continue
    ids.set(teacher.ids.subarray(token * teacher.k, (token + 1) * teacher.k), i * k)
    logps.set(teacher.logps.subarray(token * teacher.k, (token + 1) * teacher.k), i * k)
    weights[i] = (examples[example]?.weight ?? 1) / taught
  }
  return {
    teacherIds: { shape: [shape.targets, k], data: ids },
    teacherLogps: { shape: [shape.targets, k], data: logps },
    teacherWeights: vector(weights),
  }
}
