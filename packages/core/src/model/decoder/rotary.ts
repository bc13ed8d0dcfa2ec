import * as tf from '../../tf.ts'
import type { ModelConfig } from './config/model-config.ts'
import { customGradient } from './layers/custom-gradient.ts'
import { fused } from './layers/fused.ts'

/** cos and sin tables for RoPE, [positions, headSize], the sign of rotate-half folded into the sine. */
export interface RotaryTables {
  readonly cos: Float32Array
  readonly sin: Float32Array
}

/** Inverse frequencies θ^(−2i/D) after the model's scaling, i in [0, D/2). */
export function inverseFrequencies(config: ModelConfig): Float64Array {
  const half = config.headSize / 2
  const frequencies = new Float64Array(half)
  for (let i = 0; i < half; i++) {
    frequencies[i] = scaleFrequency(config.ropeTheta ** (-i / half), i, config)
  }
  return frequencies
}

function scaleFrequency(frequency: number, index: number, { ropeScaling: scaling }: ModelConfig): number {
  if (!scaling) return frequency
  if (scaling.type === 'linear') return frequency / scaling.factor
  if (scaling.type === 'factors') return frequency / (scaling.factors[index] as number)
  // Llama 3.1: long waves are stretched by the factor, short ones kept, those between blended.
  const turns = (scaling.originalMaxPositions * frequency) / (2 * Math.PI)
  if (turns < scaling.lowFrequencyFactor) return frequency / scaling.factor
  if (turns > scaling.highFrequencyFactor) return frequency
  const keep =
    (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor)
  return (1 - keep) * (frequency / scaling.factor) + keep * frequency
}

/** Tables for the given positions: y = x · cos + swap(x) · sin, swap exchanging the halves of a head. */
export function rotaryTables(config: ModelConfig, positions: ArrayLike<number>): RotaryTables {
  const frequencies = inverseFrequencies(config)
  const half = frequencies.length
  const cos = new Float32Array(positions.length * half * 2)
  const sin = new Float32Array(positions.length * half * 2)
  for (let p = 0; p < positions.length; p++) {
    const row = p * half * 2
    for (let i = 0; i < half; i++) {
      const angle = (positions[p] as number) * (frequencies[i] as number)
      const c = Math.cos(angle)
      const s = Math.sin(angle)
      cos[row + i] = c
      cos[row + half + i] = c
      sin[row + i] = -s
      sin[row + half + i] = s
    }
  }
  return { cos, sin }
}

const swapHalves = (x: tf.Tensor): tf.Tensor => {
  const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]
  return tf.concat([second, first], -1)
}

/** x · cos + swap(x) · sin for x [rows, heads, D] and tables [rows, D]. */
const turn = (x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor =>
  fused('PolicypatchRotate', { x, cos, sin }, {}, () =>
    tf.add(tf.mul(x, tf.expandDims(cos, 1)), tf.mul(swapHalves(x), tf.expandDims(sin, 1))),
  )

/**
 * RoPE (Su et al. 2021) in Hugging Face's half-split order: x [rows, heads, D], cos and sin [rows, D] as
 * {@link rotaryTables} gives them. The gradient is the rotation back and keeps nothing.
 */
export function rotate(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  return customGradient(
    [x],
    // The tables may be made inside of the scope that is being differentiated, and go with it.
    (input) => ({ value: turn(input, cos, sin), kept: [cos, sin] }),
    (dy, keptCos, keptSin) => turn(dy, keptCos, tf.neg(keptSin)),
  )
}
