import * as tf from '../../tf.ts'
import { fused } from './fused.ts'

/**
 * The gate of SwiGLU (Shazeer 2020): y = silu(gate) · up, both [rows, f]. Its gradient keeps the two inputs and
 * computes the sigmoid again: silu'(g) = σ(g) · (1 + g − silu(g)).
 */
export function gatedSilu(gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  const apply = tf.customGrad((...args) => {
    const [g, u, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([g, u])
    const silu = fused('PolicypatchSilu', { x: g }, {}, () => tf.mul(g, tf.sigmoid(g)))
    return {
      value: tf.mul(silu, u),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [keptGate, keptUp] = saved as [tf.Tensor, tf.Tensor]
        const sigma = tf.sigmoid(keptGate)
        const again = tf.mul(keptGate, sigma)
        const slope = tf.mul(sigma, tf.add(tf.sub(keptGate, again), 1))
        return [tf.mul(tf.mul(dy, keptUp), slope), tf.mul(dy, again)]
      },
    }
  })
  return apply(gate, up)
}
