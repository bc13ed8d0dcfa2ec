import * as tf from '../../../tf.ts'
import { customGradient } from './custom-gradient.ts'

/**
 * A step for which some backends have an operator of their own: runs the kernel `name` where the current tfjs backend
 * has one, and `compose` elsewhere. Kernels of these names give what `compose` gives; they record no gradient, so this
 * stands inside custom gradients only.
 */
export function fused<Result extends tf.Tensor | tf.Tensor[]>(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Readonly<Record<string, number>>,
  compose: () => Result,
): Result {
  if (!tf.getKernel(name, tf.getBackend())) return compose()
  return tf.engine().runKernel(name, { ...inputs }, { ...attributes }) as Result
}

/**
 * RMSNorm (Zhang & Sennrich 2019): y = x · r · w with r = (mean(x²) + ε)^(−1/2) over the last axis; x [rows, d].
 *
 * Its own gradient keeps x and r alone: dx = r · (g − x · r² · mean(g · x)) with g = dy · w. The weight is
 * frozen and gets none.
 */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, epsilon: number): tf.Tensor {
  return customGradient(
    [x],
    (input) => {
      const [value, r] = normalized(input, weight, epsilon)
      return { value, kept: [input, r] }
    },
    (dy, kept, scale) => {
      const g = tf.mul(dy, weight)
      const along = tf.mul(tf.mean(tf.mul(g, kept), -1, true), tf.square(scale))
      return tf.mul(tf.sub(g, tf.mul(kept, along)), scale)
    },
  )
}

/** y [rows, d] and r [rows, 1]. */
function normalized(x: tf.Tensor, weight: tf.Tensor, epsilon: number): readonly [tf.Tensor, tf.Tensor] {
  return fused('PolicypatchRmsNorm', { x, weight }, { epsilon }, () => {
    const r = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon))
    return [tf.mul(tf.mul(x, r), weight), r]
  }) as [tf.Tensor, tf.Tensor]
}

/**
 * The gate of SwiGLU (Shazeer 2020): y = silu(gate) · up, both [rows, f]. Its gradient keeps the two inputs and
 * computes the sigmoid again: silu'(g) = σ(g) · (1 + g − silu(g)).
 */
export function gatedSilu(gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  return customGradient(
    [gate, up],
    (g, u) => {
      const silu = fused('PolicypatchSilu', { x: g }, {}, () => tf.mul(g, tf.sigmoid(g)))
      return { value: tf.mul(silu, u), kept: [g, u] }
    },
    (dy, g, u) => {
      const sigma = tf.sigmoid(g)
      const silu = tf.mul(g, sigma)
      const slope = tf.mul(sigma, tf.add(tf.sub(g, silu), 1))
      return [tf.mul(tf.mul(dy, u), slope), tf.mul(dy, silu)]
    },
  )
}
