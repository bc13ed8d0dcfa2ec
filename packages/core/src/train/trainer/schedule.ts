export type ScheduleType = 'cosine' | 'linear' | 'constant'

export const scheduleTypes: readonly ScheduleType[] = ['cosine', 'linear', 'constant']

export interface ScheduleOptions {
  /** Learning rate after the warm-up. */
  readonly learningRate: number
  /** Number of steps in the run. */
  readonly steps: number
  /** Steps over which the rate rises from 0; the first step then has rate 0, as in transformers. Default 0. */
  readonly warmupSteps?: number | undefined
  /** How it decreases after that: along a half cosine or a line to 0, or not at all. Default `cosine`. */
  readonly schedule?: ScheduleType | undefined
}

/** The learning rate of step 0 … steps−1 (transformers' get_{cosine,linear,constant}_schedule_with_warmup). */
export function learningRateAt(step: number, options: ScheduleOptions): number {
  const { learningRate, steps, warmupSteps = 0, schedule = 'cosine' } = options
  if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps)
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps)
  switch (schedule) {
    case 'cosine':
      return learningRate * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)))
    case 'linear':
      return learningRate * Math.max(0, 1 - progress)
    case 'constant':
      return learningRate
  }
}
