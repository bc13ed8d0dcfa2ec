import { PatchError } from '../errors.ts'
import { distributionsOf } from './add-teachers.ts'
import { checkTraining } from './check-training.ts'
import { scoreOf } from './reference-logps.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { stageObjective } from './stage-objective.ts'
import type { TrainPatchOptions } from './train-options.ts'

/**
 * Looks at the options of a whole run before any of it, so that none is found wrong only when hours of it are done.
 * Throws `INVALID_ARGUMENT`.
 */
export function checkTrainOptions(
  { reference, checkpointEvery = 1, prompts = [], pairs = [] }: TrainPatchOptions,
  resolved: ResolvedOptions,
): void {
  for (const stage of ['sft', 'dpo'] as const) {
    const training = resolved[stage]
    if (training) checkTraining({ ...training, objective: stageObjective(stage, resolved) })
  }
  const { dpo, sft, distillation, maxResponseTokens, validation } = resolved
  if (dpo && dpo.reference === 'reference') scoreOf(reference)
  const harmful = [...prompts, ...pairs].some(({ kind }) => kind === 'harmful')
  if (sft && distillation && (harmful || distillation.harmless === 'reference')) distributionsOf(reference)
  const { share = 0, limit = 1, every = 1, maxTokens = 1 } = validation || {}
  const problems = [
    !isCount(maxResponseTokens) && `maxResponseTokens ${maxResponseTokens}`,
    ...Object.entries({ sft, dpo }).map(
      ([stage, training]) =>
        training &&
        !isCount(training.maxResponseTokens ?? 1) &&
        `${stage}.maxResponseTokens ${training.maxResponseTokens}`,
    ),
    !isCount(checkpointEvery) && `checkpointEvery ${checkpointEvery}`,
    !(share >= 0 && share < 1) && `validation.share ${share}`,
    !(limit >= 0) && `validation.limit ${limit}`,
    !isCount(every) && `validation.every ${every}`,
    !isCount(maxTokens) && `validation.maxTokens ${maxTokens}`,
    distillation && !isCount(distillation.k) && `distillation.k ${distillation.k}`,
  ].filter((problem) => typeof problem === 'string')
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'numbers of tokens, steps and rows of at least 1, and a validation.share in [0, 1)',
    found: problems.join(', '),
    remedy: 'Correct these options',
  })
}

const isCount = (value: number) => Number.isInteger(value) && value > 0
