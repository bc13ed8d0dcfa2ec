import { refuseOptions } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'
import type { AdamWOptions } from './adamw.ts'
import { checkObjective, type Objective } from './objective.ts'
import { type ScheduleOptions, scheduleTypes } from './schedule.ts'

/** The hyperparameters of one stage of training. */
export interface TrainingSettings extends ScheduleOptions {
  readonly objective: Objective
  /** Examples per step; a pair is one. Default 8. */
  readonly batchSize?: number | undefined
  /**
   * Examples per gradient computation; the gradients of a batch are added, so the result is that of the whole batch. Default: as
   * many as keep the backend busy (768 positions).
   */
  readonly microBatchSize?: number | undefined
  /** Share of harmless examples in a batch, in [0, 1]. Default: their share in the data. */
  readonly harmlessShare?: number | undefined
  readonly optimizer?: AdamWOptions | undefined
  /** Gradients with a larger norm are clipped to it. Default 1. */
  readonly maxGradNorm?: number | undefined
  /**
   * What to recompute for the gradient instead of keeping it from the forward pass: nothing, or every layer, which takes a third
   * more arithmetic but a fraction of the memory. The result is the same. Default: nothing, if that fits the memory budget.
   */
  readonly recompute?: 'none' | 'block' | undefined
  /**
   * Bytes that weights and a step may take. If the expanded weights do not fit, they are expanded one layer at a time.
   * Default: four fifths of the backend's free memory when training begins; no limit if it is unknown.
   */
  readonly memoryBudget?: number | undefined
  /** Seed of the order of the examples. Default 0. */
  readonly seed?: number | undefined
}

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
  refuseOptions(
    [
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
    ],
    'batchSize and microBatchSize of at least 1, steps, warmupSteps and weightDecay of at least 0, learningRate, maxGradNorm, epsilon ' +
      `and memoryBudget above 0, harmlessShare in [0, 1], betas in [0, 1), schedule one of ${scheduleTypes.join(', ')}, ` +
      'recompute none or block',
  )
}
