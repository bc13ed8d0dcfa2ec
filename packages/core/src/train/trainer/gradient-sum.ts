import type { NamedHostTensors } from '../../backend/backend.ts'
import type { DpoExample, TrainingExample } from '../examples/example.ts'
import { rewardMetrics } from './metrics.ts'
import type { Objective } from './objective.ts'

/** The loss of a batch, its gradient with respect to the prefix, [m · d], and what is reported beside them. */
export interface BatchGradient {
  readonly loss: number
  readonly gradient: Float32Array
  /** Response tokens. */
  readonly tokens: number
  readonly metrics: Readonly<Record<string, number>>
}

/** Adds up what a step program gives for the parts of a batch, each fed with the totals of the whole. */
export function gradientSum(size: number) {
  const gradient = new Float32Array(size)
  const logps: Record<'chosen' | 'rejected', number[]> = { chosen: [], rejected: [] }
  let [loss, tokens, divergence] = [0, 0, 0]
  let diverges = false
  return {
    /** @param more response tokens of the part */
    add(outputs: NamedHostTensors, more: number): void {
      const values = (name: string) => outputs[name]?.data ?? []
      loss += values('loss')[0] ?? Number.NaN
      for (const [i, value] of values('gradient').entries()) gradient[i] = (gradient[i] as number) + value
      for (const name of ['chosen', 'rejected'] as const) logps[name].push(...values(name))
      if (outputs.divergence) {
        diverges = true
        divergence += values('divergence')[0] as number
      }
      tokens += more
    },
    finish(objective: Objective, batch: readonly TrainingExample[]): BatchGradient {
      const rewards =
        objective.type === 'dpo' &&
        rewardMetrics(
          Float32Array.from(logps.chosen),
          Float32Array.from(logps.rejected),
          batch as readonly DpoExample[],
          objective.beta ?? 0.1,
        )
      return { loss, gradient, tokens, metrics: { ...rewards, ...(diverges && { kl: divergence }) } }
    },
  }
}
