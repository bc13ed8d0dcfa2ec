import { PatchError } from '../../errors.ts'
import type { TrainMetrics } from './metrics.ts'

/** Number of steps whose mean loss is compared: a single batch may be hard. */
const window = 8

/** When a loss counts as diverged: at least twice its initial value, and this much above it (nats per token, for SFT). */
const runaway = { factor: 2, rise: 2 }

/**
 * Watches the loss of a stage, step by step. The returned function throws `TRAINING_FAILED` if the mean of the last 8 steps is at
 * least twice that of the first 8 and 2 above it: an untrained prefix was better, and training does not recover from there.
 */
export function lossWatch(): (metrics: Pick<TrainMetrics, 'step' | 'loss'>) => void {
  const losses: number[] = []
  let first: number | undefined
  return ({ step, loss }) => {
    losses.push(loss)
    if (losses.length < window) return
    const mean = losses.reduce((sum, value) => sum + value, 0) / window
    losses.shift()
    first ??= mean
    if (mean < runaway.factor * first || mean < first + runaway.rise) return
    throw new PatchError('TRAINING_FAILED', {
      expected: `a loss that falls, or stays near its initial ${first.toFixed(2)}`,
      found: `a mean of ${mean.toFixed(2)} over the ${window} steps up to step ${step}`,
      remedy:
        'Lower the learning rate (--sft-lr, --dpo-lr) or raise the batch size, and use another run folder ' +
        '(`directory`, --run)',
    })
  }
}
