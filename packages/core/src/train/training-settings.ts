import type { AdamWOptions } from './adamw.ts'
import type { Objective } from './objective.ts'
import type { ScheduleOptions } from './schedule.ts'

/** The hyperparameters of one stage of training. */
export interface TrainingSettings extends ScheduleOptions {
  readonly objective: Objective
  /** Examples per step; a pair is one. Default 8. */
  readonly batchSize?: number
  /**
   * Examples per gradient computation; the gradients of a batch are added, so the result is that of the whole batch. Default:
   * as many as keep the backend busy (1024 tokens).
   */
  readonly microBatchSize?: number
  /** Share of harmless examples in a batch, in [0, 1]. Default: their share in the data. */
  readonly harmlessShare?: number
  readonly optimizer?: AdamWOptions
  /** Gradients with a larger norm are clipped to it. Default 1. */
  readonly maxGradNorm?: number
  /**
   * What to recompute for the gradient instead of keeping it from the forward pass: nothing, or every layer, which takes a
   * third more arithmetic but a fraction of the memory. The result is the same. Default: nothing, if that fits the memory
   * budget.
   */
  readonly recompute?: 'none' | 'block'
  /**
   * Bytes that weights and a step may take. If the expanded weights do not fit, they are expanded one layer at a time.
   * Default: four fifths of the backend's free memory when training begins; no limit if it is unknown.
   */
  readonly memoryBudget?: number
  /** Seed of the order of the examples. Default 0. */
  readonly seed?: number
}
