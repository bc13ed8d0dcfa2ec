import * as tf from '../../tf.ts'
import type { Rope } from './config/model-config.ts'
import { customGradient, fused } from './layers/custom-gradient.ts'

/** cos and sin tables for RoPE, [positions, size], with the sign of the rotation folded into the sine. */
export interface RotaryTables {
  readonly cos: Float32Array
  readonly sin: Float32Array
}

/** Inverse frequencies θ^(−2i/size) / factorᵢ, i in [0, size/2). */
export function inverseFrequencies({ theta, size, factors }: Rope): Float64Array {
  const half = size / 2
  return Float64Array.from({ length: half }, (_, i) => theta ** (-i / half) / (factors?.[i] ?? 1))
}

/** Tables for the given positions: y = x · cos + swap(x) · sin, where swap exchanges the two numbers of each pair. */
export function rotaryTables(rope: Rope, positions: ArrayLike<number>): RotaryTables {
  const { magnitude = 1, interleaved = false } = rope
  const frequencies = inverseFrequencies(rope)
  const half = frequencies.length
  const cos = new Float32Array(positions.length * half * 2)
  const sin = new Float32Array(positions.length * half * 2)
  for (let p = 0; p < positions.length; p++) {
    const row = p * half * 2
    for (let i = 0; i < half; i++) {
      const angle = (positions[p] as number) * (frequencies[i] as number)
      const c = Math.cos(angle) * magnitude
      const s = Math.sin(angle) * magnitude
      const [first, second] = interleaved ? [row + 2 * i, row + 2 * i + 1] : [row + i, row + half + i]
      cos[first] = c
      cos[second] = c
      sin[first] = -s
      sin[second] = s
    }
  }
  return { cos, sin }
}

const swapHalves = (x: tf.Tensor): tf.Tensor => {
  const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]
  return tf.concat([second, first], -1)
}

const swapNeighbours = (x: tf.Tensor): tf.Tensor => {
  const [rows, heads, size] = x.shape as [number, number, number]
  return tf.reshape(swapHalves(tf.reshape(x, [rows, heads, size / 2, 2])), x.shape)
}

/** x · cos + swap(x) · sin for x [rows, heads, size] and tables [rows, size]. */
function turn(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor, interleaved: boolean): tf.Tensor {
  const compose = (swap: (x: tf.Tensor) => tf.Tensor) =>
    tf.add(tf.mul(x, tf.expandDims(cos, 1)), tf.mul(swap(x), tf.expandDims(sin, 1)))
  if (interleaved) return compose(swapNeighbours)
  return fused('PolicypatchRotate', { x, cos, sin }, {}, () => compose(swapHalves))
}

/**
 * RoPE (Su et al. 2021): x [rows, heads, D], cos and sin [rows, size] from {@link rotaryTables}; rotates the first `size` numbers
 * of each head. Pairs are half of `size` apart, as in Hugging Face, or side by side if `interleaved`. The gradient is the inverse
 * rotation and keeps only the tables.
 */
export function rotate(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor, interleaved = false): tf.Tensor {
  const [size, width] = [cos.shape[1] as number, x.shape[2] as number]
  if (size < width) {
    const [turned, rest] = tf.split(x, [size, width - size], 2) as [tf.Tensor, tf.Tensor]
    return tf.concat([rotate(turned, cos, sin, interleaved), rest], 2)
  }
  return customGradient(
    [x],
    // The tables may be created within the scope being differentiated, and be disposed of with it.
    (input) => ({ value: turn(input, cos, sin, interleaved), kept: [cos, sin] }),
    (dy, keptCos, keptSin) => turn(dy, keptCos, tf.neg(keptSin), interleaved),
  )
}
