import { createRandom, type Precision } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { relativeDifference } from '../../core/test/goldens.ts'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'

const [rows, inner, columns] = [7, 96, 128]

/** Sums of uniform numbers, the same every time, with one column in ten far larger: what rounding finds hard. */
function values(length: number, seed: number): Float32Array {
  const { uniform } = createRandom(seed)
  return Float32Array.from({ length }, (_, i) => {
    const value = uniform() + uniform() + uniform() - 1.5
    return i % inner === 7 ? 20 * value : value
  })
}

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

/** Hadamard's matrix by its recursion, divided by √size. */
function hadamard(size: number): number[][] {
  if (size === 1) return [[1]]
  const half = hadamard(size / 2)
  const scaled = (sign: number) => half.map((row) => row.map((value) => (sign * value) / Math.SQRT2))
  const [plus, minus] = [scaled(1), scaled(-1)]
  return [
    ...plus.map((row) => [...row, ...row]),
    ...plus.map((row, i) => [...row, ...(minus[i] as number[])]),
  ]
}

/** Rows rotated in blocks of 32, the largest power of two in 96, then rounded to 127 steps of their largest magnitude. */
function rounded(data: Float32Array): number[] {
  const h = hadamard(32)
  const rotated = Array.from(data, (_, i) => {
    const start = i - (i % 32)
    return h.reduce((sum, row, k) => sum + (data[start + k] as number) * (row[i % 32] as number), 0)
  })
  return rotated.map((value, i) => {
    const row = rotated.slice(i - (i % inner), i - (i % inner) + inner)
    const scale = Math.max(...row.map(Math.abs)) / 127
    return scale === 0 ? 0 : Math.round(value / scale) * scale
  })
}

describe('products with weights in int8', () => {
  it('are those of rows and columns that were rotated and rounded beforehand', async () => {
    const { y } = await productAndGradient('int8')
    const [a, b] = [rounded(x.data), rounded(w.data)]
    const expected = Array.from(y, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns]
      let sum = 0
      for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[column * inner + k]!
      return sum
    })
    // One of the rotated values lies so near to a half that processors differ in how they round it.
    expect(relativeDifference(y, expected)).toBeLessThan(1e-3)
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
