import * as tf from '../../tf.ts'
import { fused } from './fused.ts'

/**
 * RMSNorm (Zhang & Sennrich 2019): y = x · r · w with r = (mean(x²) + ε)^(−1/2) over the last axis; x [rows, d].
 *
 * Its own gradient keeps x and r alone: dx = r · (g − x · r² · mean(g · x)) with g = dy · w. The weight is
 * frozen and gets none.
 */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, epsilon: number): tf.Tensor {
  const normalize = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc]
    const [value, r] = normalized(input, weight, epsilon)
    save([input, r])
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [kept, scale] = saved as [tf.Tensor, tf.Tensor]
        const g = tf.mul(dy, weight)
        const along = tf.mul(tf.mean(tf.mul(g, kept), -1, true), tf.square(scale))
        return tf.mul(tf.sub(g, tf.mul(kept, along)), scale)
      },
    }
  })
  return normalize(x)
}

/** y [rows, d] and r [rows, 1]. */
function normalized(x: tf.Tensor, weight: tf.Tensor, epsilon: number): readonly [tf.Tensor, tf.Tensor] {
  return fused('PolicypatchRmsNorm', { x, weight }, { epsilon }, () => {
    const r = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon))
    return [tf.mul(tf.mul(x, r), weight), r]
  }) as [tf.Tensor, tf.Tensor]
}
