/** A training step's metrics, under TRL's names. */
export interface TrainMetrics {
  /** Number of steps done, including this one. */
  readonly step: number
  readonly loss: number
  readonly learning_rate: number
  /** Euclidean norm of the gradient before clipping. */
  readonly grad_norm: number
  /** Response tokens seen so far. */
  readonly num_tokens: number
  /** Passes over the data so far. */
  readonly epoch: number
  /** Mean β (log π − log r) of y⁺; DPO only, like all below. */
  readonly 'rewards/chosen'?: number
  readonly 'rewards/rejected'?: number
  /** Share of pairs whose chosen reward is larger. */
  readonly 'rewards/accuracies'?: number
  readonly 'rewards/margins'?: number
  /** Mean summed log-probability of y⁺, in nats. */
  readonly 'logps/chosen'?: number
  readonly 'logps/rejected'?: number
  /** Mean KL(teacher ‖ policy) per token, in nats, if there is a distillation term. */
  readonly kl?: number
}

/** TRL's reward metrics of a batch of pairs. */
export function rewardMetrics(
  chosen: Float32Array,
  rejected: Float32Array,
  references: readonly { readonly referenceChosen: number; readonly referenceRejected: number }[],
  beta: number,
) {
  const pairs = references.map(({ referenceChosen, referenceRejected }, i) => ({
    chosen: beta * ((chosen[i] as number) - referenceChosen),
    rejected: beta * ((rejected[i] as number) - referenceRejected),
  }))
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / pairs.length
  return {
    'rewards/chosen': mean(pairs.map((pair) => pair.chosen)),
    'rewards/rejected': mean(pairs.map((pair) => pair.rejected)),
    'rewards/accuracies': mean(pairs.map((pair) => (pair.chosen > pair.rejected ? 1 : 0))),
    'rewards/margins': mean(pairs.map((pair) => pair.chosen - pair.rejected)),
    'logps/chosen': mean(chosen),
    'logps/rejected': mean(rejected),
  }
}
