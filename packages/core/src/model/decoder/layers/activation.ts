import * as tf from '../../../tf.ts'
import type { FeedForward } from '../config/model-config.ts'
import { customGradient, fused } from './custom-gradient.ts'

type Name = FeedForward['activation']

/** An activation a(x) and its derivative a'(x). */
interface Activation {
  readonly value: (x: tf.Tensor) => tf.Tensor
  readonly both: (x: tf.Tensor) => readonly [value: tf.Tensor, slope: tf.Tensor]
}

const [inner, cubic] = [Math.sqrt(2 / Math.PI), 0.044715]

/** tanh(√(2/π) (x + 0.044715 x³)) */
const geluTanh = (x: tf.Tensor): tf.Tensor =>
  tf.tanh(tf.mul(tf.mul(x, inner), tf.add(tf.mul(tf.square(x), cubic), 1)))

/** Φ(x), the cumulative distribution function of the normal distribution. */
const normalShare = (x: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5)

const activations: Readonly<Record<Name, Activation>> = {
  /** x · σ(x) */
  silu: {
    value: (x) => fused('PolicypatchSilu', { x }, {}, () => tf.mul(x, tf.sigmoid(x))),
    both: (x) => {
      const sigma = tf.sigmoid(x)
      const silu = tf.mul(x, sigma)
      return [silu, tf.mul(sigma, tf.add(tf.sub(x, silu), 1))]
    },
  },
  /** x · Φ(x) (Hendrycks & Gimpel 2016) */
  gelu: {
    value: (x) => tf.mul(x, normalShare(x)),
    both: (x) => {
      const share = normalShare(x)
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
      return [tf.mul(x, share), tf.add(share, tf.mul(x, density))]
    },
  },
  /** Approximation: x / 2 · (1 + tanh(…)) */
  'gelu tanh': {
    value: (x) => tf.mul(tf.mul(x, 0.5), tf.add(geluTanh(x), 1)),
    both: (x) => {
      const t = geluTanh(x)
      const half = tf.mul(tf.add(t, 1), 0.5)
      const steepness = tf.mul(tf.add(tf.mul(tf.square(x), 3 * cubic), 1), inner / 2)
      return [tf.mul(x, half), tf.add(half, tf.mul(tf.mul(tf.sub(1, tf.square(t)), x), steepness))]
    },
  },
  relu: { value: (x) => tf.relu(x), both: (x) => [tf.relu(x), tf.step(x)] },
}

/** y = a(x). Its gradient keeps only x and recomputes a'. */
export function activated(name: Name, x: tf.Tensor): tf.Tensor {
  const { value, both } = activations[name]
  return customGradient(
    [x],
    (input) => ({ value: value(input), kept: [input] }),
    (dy, input) => tf.mul(dy, both(input)[1]),
  )
}

/**
 * The gate of SwiGLU and GeGLU (Shazeer 2020): y = a(gate) · up, both [rows, f]. Its gradient keeps only the two inputs and
 * recomputes the activation.
 */
export function gated(name: Name, gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  const { value, both } = activations[name]
  return customGradient(
    [gate, up],
    (g, u) => ({ value: tf.mul(value(g), u), kept: [g, u] }),
    (dy, g, u) => {
      const [a, slope] = both(g)
      return [tf.mul(tf.mul(dy, u), slope), tf.mul(dy, a)]
    },
  )
}
