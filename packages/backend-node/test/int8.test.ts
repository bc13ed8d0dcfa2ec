import type { Precision } from '@policypatch/core'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { relativeDifference } from '../../core/test/relative-difference.ts'
import { onnxruntimeBackend } from '../src/onnxruntime-backend.ts'

const [rows, inner, columns] = [7, 96, 128]

/** Normal enough, and the same every time. */
const values = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + 12.9898 * (i + 1)) + Math.cos(78.233 * (i + seed)))

const x = { shape: [rows, inner], data: values(rows * inner, 1) }
const w = { shape: [columns, inner], data: values(columns * inner, 2) }
const dy = { shape: [rows, columns], data: values(rows * columns, 3) }

async function productAndGradient(precision: Precision, given = { x, w, dy }) {
  const backend = onnxruntimeBackend({ threads: 1 })
  try {
    const program = await backend.compile(
      (inputs, weights) => {
        const product = (at: tf.Tensor) => tf.matMul(at, weights.w as tf.Tensor, false, true)
        return {
          y: product(inputs.x as tf.Tensor),
          dx: tf.grad(product)(inputs.x as tf.Tensor, inputs.dy as tf.Tensor),
        }
      },
      {
        inputs: {
          x: { shape: [rows, inner], dtype: 'float32' },
          dy: { shape: [rows, columns], dtype: 'float32' },
        },
        weights: { w: given.w },
        precision,
      },
    )
    const { y, dx } = await program.run({ x: given.x, dy: given.dy })
    return { y: y?.data as Float32Array, dx: dx?.data as Float32Array }
  } finally {
    await backend.dispose()
  }
}

/** Rows rounded to 127 steps of their largest magnitude, in double precision. */
function rounded(data: Float32Array, length: number): number[] {
  return Array.from(data, (value, i) => {
    const row = data.subarray(i - (i % length), i - (i % length) + length)
    const scale = row.reduce((most, v) => Math.max(most, Math.abs(v)), 0) / 127
    return scale === 0 ? 0 : Math.round(value / scale) * scale
  })
}

describe('products with weights in int8', () => {
  it('are those of rows and columns that were rounded beforehand', async () => {
    const { y } = await productAndGradient('int8')
    const [a, b] = [rounded(x.data, inner), rounded(w.data, inner)]
    const expected = Array.from(y, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns]
      let sum = 0
      for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[column * inner + k]!
      return sum
    })
    expect(relativeDifference(y, expected)).toBeLessThan(1e-4)
  })

  it('stay near those in float32, forward and backward', async () => {
    const exact = await productAndGradient('float32')
    const found = await productAndGradient('int8')
    for (const part of ['y', 'dx'] as const) {
      const difference = relativeDifference(found[part], exact[part])
      expect(difference).toBeLessThan(0.02)
      // Rounded they are, or the option does nothing.
      expect(difference).toBeGreaterThan(1e-5)
    }
  })

  it('are 0 for rows and columns of zeros', async () => {
    const zeroRow = { ...x, data: x.data.slice().fill(0, 0, inner) }
    const zeroColumn = { ...w, data: w.data.slice().fill(0, 0, inner) }
    const { y } = await productAndGradient('int8', { x: zeroRow, w: zeroColumn, dy })
    expect(y.subarray(0, columns).every((value) => value === 0)).toBe(true)
    for (let row = 0; row < rows; row++) expect(y[row * columns]).toBe(0)
    expect(y.subarray(columns + 1, 2 * columns).some((value) => value !== 0)).toBe(true)
  })
})
