import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { outcomesOf, type Shard, type TaskRunner } from '../../task-runner.ts'
import type { TrainingExample } from '../examples/example.ts'
import { branches, type PartsGradient, partGradient, sumBranches, sumParts } from './gradient-sum.ts'
import type { Objective } from './objective.ts'
import { type BatchTotals, stepFeeds } from './step-feeds.ts'
import type { StepRunner } from './step-runner.ts'
import type { TrainingSettings } from './training-settings.ts'

/** Parts of a batch whose gradients are wanted. */
export interface GradientInput {
  readonly objective: Objective
  readonly recompute: TrainingSettings['recompute']
  /** Indices of their examples in the attached list. */
  readonly parts: readonly (readonly number[])[]
  /** Totals of the whole batch. */
  readonly totals: BatchTotals
  /** Number of tokens that all prompts of the batch begin with. */
  readonly shared: number
}

export interface GradientAttachments {
  readonly prefix: Prefix
  readonly examples: readonly TrainingExample[]
}

/** Computes the sum of the parts' gradients, one after the other. */
export function sumOfParts(
  model: Pick<LanguageModel, 'config'>,
  runner: StepRunner,
  { objective, parts, totals, shared }: GradientInput,
  { prefix, examples }: GradientAttachments,
): Promise<PartsGradient> {
  return sumParts(0, parts.length, async (index) => {
    const part = (parts[index] ?? []).map((place) => examples[place] as TrainingExample)
    const sharedIds = part[0]?.prompt.slice(0, shared) ?? []
    const { shape, feeds, tokens } = stepFeeds(model, objective, part, prefix, sharedIds, totals)
    return partGradient(await runner.run(shape, feeds), tokens)
  })
}

/** The same with a runner, computing branches of the sum in parallel. */
export async function sumByShards(
  model: LanguageModel,
  tasks: TaskRunner<LanguageModel>,
  runner: StepRunner,
  input: GradientInput,
  attachments: GradientAttachments,
): Promise<PartsGradient> {
  const cut = branches(input.parts.length, await tasks.width(model))
  const shards = cut.map(([from, to]): Shard<PartsGradient> => {
    const own = { ...input, parts: input.parts.slice(from, to) }
    return {
      ...{ kind: 'gradient', input: own, attachments: { ...attachments }, fleeting: ['prefix'] },
      rows: own.parts.flat().length,
      run: () => sumOfParts(model, runner, own, attachments),
    }
  })
  return sumBranches(cut, await outcomesOf(tasks, model, shards))
}
