import * as tf from '../../../tf.ts'
import { capped, capSlope } from './attention.ts'
import { customGradient } from './custom-gradient.ts'

/** x Wᵀ (+ b): x [rows, in], W [out, in] as checkpoints store it. W is frozen: the gradient is dx = dy W. */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const y = tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true)
  return bias ? tf.add(y, bias) : y
}

/**
 * Rows whose logits are in memory at once. With a vocabulary of 50 thousand this stays below 32 MiB, the largest block that glibc
 * keeps for reuse; each allocation of a larger one costs a page fault per 4 KiB.
 */
export const CHUNK = 128

/**
 * log Σ_v exp(h · w_v) for each row h of hidden [n, d] over all rows w_v of output [V, d]: [n]. Logits exist for a few rows at a
 * time. Instead of them, what the gradient needs is computed right away and kept: Σ_v softmax_v w_v [n, d], so that dh = dy · Σ_v
 * softmax_v w_v. With a cap c, logits are c · tanh(h · w_v / c), and each w_v is weighted by the derivative 1 − tanh². The output
 * matrix is frozen.
 */
export function linearLogSumExp(hidden: tf.Tensor, output: tf.Tensor, cap?: number): tf.Tensor {
  return customGradient(
    [hidden],
    (h) => {
      const [rows, d] = h.shape as [number, number]
      const parts = Array.from({ length: Math.ceil(rows / CHUNK) }, (_, i) => {
        const count = Math.min(CHUNK, rows - i * CHUNK)
        return reduceChunk(tf.slice(h, [i * CHUNK, 0], [count, d]), output, cap)
      })
      const direction = tf.concat(parts.map((part) => part.direction))
      return { value: tf.concat(parts.map(({ value }) => value)), kept: [direction] }
    },
    (dy, direction) => tf.mul(tf.expandDims(dy, -1), direction),
  )
}

function reduceChunk(
  hidden: tf.Tensor,
  output: tf.Tensor,
  cap: number | undefined,
): { value: tf.Tensor; direction: tf.Tensor } {
  const product = tf.matMul(hidden as tf.Tensor2D, output as tf.Tensor2D, false, true)
  const logits = capped(product, cap)
  const top = tf.max(logits, -1, true)
  const exponentials = tf.exp(tf.sub(logits, top))
  const sum = tf.sum(exponentials, -1, true)
  const weights = cap === undefined ? exponentials : tf.mul(exponentials, capSlope(product, cap))
  return {
    value: tf.squeeze(tf.add(tf.log(sum), top), [-1]),
    direction: tf.div(tf.matMul(weights as tf.Tensor2D, output as tf.Tensor2D), sum),
  }
}
