import { PatchError } from '../errors.ts'
import { describeValue } from '../text/describe-value.ts'
import { checkObjective } from './objective.ts'
import { scheduleTypes } from './schedule.ts'
import type { TrainingSettings } from './training-settings.ts'

/** Throws `INVALID_ARGUMENT` naming every option of a stage of training that is out of range. */
export function checkTraining(options: TrainingSettings): void {
  checkObjective(options.objective)
  const { batchSize = 8, steps, learningRate, warmupSteps = 0, maxGradNorm = 1, harmlessShare = 0 } = options
  const {
    schedule = 'cosine',
    optimizer = {},
    memoryBudget = 1,
    recompute = 'none',
    microBatchSize = 1,
  } = options
  const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = optimizer
  const problems = [
    !(Number.isInteger(batchSize) && batchSize > 0) && `batchSize ${batchSize}`,
    !(Number.isInteger(microBatchSize) && microBatchSize > 0) && `microBatchSize ${microBatchSize}`,
    !(Number.isInteger(steps) && steps >= 0) && `steps ${steps}`,
    !(learningRate > 0 && Number.isFinite(learningRate)) && `learningRate ${learningRate}`,
    !(Number.isInteger(warmupSteps) && warmupSteps >= 0) && `warmupSteps ${warmupSteps}`,
    !(maxGradNorm > 0) && `maxGradNorm ${maxGradNorm}`,
    !(harmlessShare >= 0 && harmlessShare <= 1) && `harmlessShare ${harmlessShare}`,
    !scheduleTypes.includes(schedule) && `schedule ${describeValue(schedule)}`,
    !betas.every((beta) => beta >= 0 && beta < 1) && `betas ${betas}`,
    !(epsilon > 0) && `epsilon ${epsilon}`,
    !(weightDecay >= 0) && `weightDecay ${weightDecay}`,
    !(memoryBudget > 0) && `memoryBudget ${memoryBudget}`,
    !['none', 'block'].includes(recompute) && `recompute ${describeValue(recompute)}`,
  ].filter((problem) => problem !== false)
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected:
      'batchSize and microBatchSize of at least 1, steps, warmupSteps and weightDecay of at least 0, learningRate, maxGradNorm, epsilon ' +
      `and memoryBudget above 0, harmlessShare in [0, 1], betas in [0, 1), schedule one of ${scheduleTypes.join(', ')}, ` +
      'recompute none or block',
    found: problems.join(', '),
    remedy: 'Correct these options',
  })
}
