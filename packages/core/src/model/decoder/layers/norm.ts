import * as tf from '../../../tf.ts'
import { customGradient, fused } from './custom-gradient.ts'

/**
 * RMSNorm (Zhang & Sennrich 2019): y = x · r · w with r = (mean(x²) + ε)^(−1/2) over the last axis; x [rows, d].
 *
 * The custom gradient keeps only x and r: dx = r · (g − x · r² · mean(g · x)) with g = dy · w. The weight is frozen and gets
 * none.
 */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, epsilon: number): tf.Tensor {
  return customGradient(
    [x],
    (input) => {
      const [value, r] = normalized(input, weight, epsilon)
      return { value, kept: [input, r, weight] }
    },
    (dy, kept, scale, w) => {
      const g = tf.mul(dy, w)
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
 * LayerNorm (Ba et al. 2016): y = x̂ · w + b with x̂ = (x − mean(x)) · r, r = (variance(x) + ε)^(−1/2) over the last axis; x
 * [rows, d], or [rows, heads, D] with a weight of [D] or [heads, D].
 *
 * The custom gradient keeps only x̂ and r: dx = r · (g − mean(g) − x̂ · mean(g · x̂)) with g = dy · w.
 */
export function layerNorm(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | undefined,
  epsilon: number,
): tf.Tensor {
  return customGradient(
    [x],
    (input) => {
      const centred = tf.sub(input, tf.mean(input, -1, true))
      const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon))
      const normal = tf.mul(centred, r)
      const value = tf.mul(normal, weight)
      return { value: bias ? tf.add(value, bias) : value, kept: [normal, r, weight] }
    },
    (dy, normal, r, w) => {
      const g = tf.mul(dy, w)
      const along = tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true))
      return tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), along), r)
    },
  )
}
