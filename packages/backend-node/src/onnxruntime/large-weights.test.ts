import type { HostTensor, TensorProgram, Weight } from '@policypatch/core/platform'
import * as tf from '@policypatch/core/tf'
import { afterAll, describe, expect, it } from 'vitest'
import { onnxruntimeBackend } from './onnxruntime-backend.ts'

/** More values than are quantized at once, so that there are two pieces. */
const [rows, columns] = [2 ** 18 + 6, 72]
const table = new Float32Array(rows * columns)
for (let i = 0; i < table.length; i++) table[i] = Math.sin(i * 0.7) + (i % 13) / 50
const whole: HostTensor = { shape: [rows, columns], data: table }

/** Rows at the ends and at the border of the pieces; fewer than 64 would not be quantized. */
const picked = Array.from({ length: 64 }, (_, i) => i + ([0, rows / 2 - 32, rows - 64][i % 3] as number))

const x = (length: number): HostTensor => ({
  shape: [2, length],
  data: Float32Array.from({ length: 2 * length }, (_, i) => Math.cos(i)),
})

const backend = onnxruntimeBackend({ threads: 1 })
afterAll(() => backend.dispose())

async function product(w: Weight, transposed: boolean): Promise<HostTensor> {
  const length = w.shape[transposed ? 1 : 0] as number
  const program: TensorProgram = (inputs, weights) => ({
    y: tf.matMul(inputs.x as tf.Tensor, weights.w as tf.Tensor, false, transposed),
  })
  const compiled = await backend.compile(program, {
    inputs: { x: { shape: [2, length], dtype: 'float32' } },
    weights: { w },
    precision: 'int8',
  })
  const { y } = await compiled.run({ x: x(length) })
  await compiled.dispose()
  return y as HostTensor
}

/** Some columns of [2, n]. */
const at = ({ shape, data }: HostTensor, columns: readonly number[]) =>
  [0, 1].map((row) => columns.map((column) => data[row * (shape[1] as number) + column]))

describe('a matrix that is quantized in pieces', () => {
  const few = Float32Array.from(
    picked.flatMap((row) => [...table.subarray(row * columns, (row + 1) * columns)]),
  )
  const all = picked.map((_, i) => i)

  it.each<[string, () => Weight]>([
    ['held', () => whole],
    ['packed', () => ({ shape: whole.shape, expand: () => table.slice() })],
    [
      'packed in rows',
      () => ({
        shape: whole.shape,
        expand() {
          throw new Error('all of it is not needed')
        },
        rows(from, to, out = new Float32Array((to - from) * columns)) {
          out.set(table.subarray(from * columns, to * columns))
          return out
        },
      }),
    ],
  ])('%s gives what its rows give by themselves', async (_, weight) => {
    const expected = await product({ shape: [picked.length, columns], data: few }, true)
    expect(at(await product(weight(), true), picked)).toEqual(at(expected, all))
  })

  it('gives what its columns give by themselves', async () => {
    const turned = { shape: [columns, rows], data: table }
    const some = Float32Array.from({ length: columns * picked.length }, (_, i) => {
      const row = Math.floor(i / picked.length)
      return table[row * rows + (picked[i % picked.length] as number)] as number
    })
    const expected = await product({ shape: [columns, picked.length], data: some }, false)
    expect(at(await product(turned, false), picked)).toEqual(at(expected, all))
  })
})
