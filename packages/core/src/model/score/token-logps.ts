import * as tf from '../../tf.ts'
import { capped } from '../decoder/layers/attention.ts'
import { linearLogSumExp } from '../decoder/layers/linear.ts'

/** Logits of chosen tokens and their normalizer, for n positions. */
export interface TokenLogits {
  /** All logits, [n, V]. */
  all(): tf.Tensor
  /** log Σ exp of all logits, [n]. */
  readonly normalizer: tf.Tensor
  /** Logits of given ids, [n, k] → [n, k]: the rows of the output matrix times the hidden states. */
  of(ids: tf.Tensor): tf.Tensor
}

/**
 * Logits at n positions. Only the normalizer needs all V of them; a token's own logit is its row of the output
 * matrix times the hidden state, whose gradient touches that row alone.
 * @param hidden [n, d] after the final normalization
 * @param output [V, d]
 * @param cap see `ModelConfig.logitCap`
 */
export function tokenLogits(hidden: tf.Tensor, output: tf.Tensor, cap?: number): TokenLogits {
  const [n, d] = hidden.shape as [number, number]
  return {
    all: () => capped(tf.matMul(hidden as tf.Tensor2D, output as tf.Tensor2D, false, true), cap),
    normalizer: linearLogSumExp(hidden, output, cap),
    of(ids) {
      const k = ids.shape[1] as number
      const rows = tf.reshape(tf.gather(output, tf.reshape(ids, [n * k])), [n, k, d])
      return capped(tf.sum(tf.mul(rows, tf.expandDims(hidden, 1)), -1), cap)
    },
  }
}

/** log π(label) at each position, [n]: the label's logit less the normalizer. */
export function labelLogps(logits: TokenLogits, labels: tf.Tensor): tf.Tensor {
  return tf.sub(tf.squeeze(logits.of(tf.expandDims(labels, 1)), [1]), logits.normalizer)
}
