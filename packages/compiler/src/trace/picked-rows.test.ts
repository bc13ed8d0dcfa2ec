import '@tensorflow/tfjs-backend-cpu'
import type { NamedTensors, Signature, TensorProgram, Weight } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { pickedRows } from './picked-rows.ts'
import { traceProgram } from './trace-program.ts'

const table: Weight = {
  shape: [100, 8],
  expand: () => new Float32Array(800),
  rows: (from, to) => new Float32Array(8 * (to - from)),
}
const ids = { shape: [1], dtype: 'int32', free: { 0: 'length' } } as const

const pick = (tensors: NamedTensors, name: string) => tensors[name] as tf.Tensor
const picked = (inputs: NamedTensors, weights: NamedTensors) =>
  tf.gather(pick(weights, 'table'), pick(inputs, 'ids'))

function inputsOf(program: TensorProgram, changes: Partial<Signature> = {}) {
  const signature: Signature = { inputs: { ids }, weights: { table }, ...changes }
  return pickedRows(traceProgram(program, signature), signature.weights).inputs
}

const whole = [
  expect.objectContaining({ key: 'ids' }),
  expect.objectContaining({ key: 'table', shape: [100, 8] }),
]

it('rows are fed in place of a table that they are picked from', () => {
  const found = inputsOf((inputs, weights) => ({ y: tf.exp(picked(inputs, weights)) }))
  expect(found).toEqual([
    {
      name: 'weight.table at ids',
      source: 'weight',
      key: 'table',
      picked: 'ids',
      shape: [expect.any(Number), 8],
      dtype: 'float32',
      free: { 0: 'length' },
    },
  ])
})

it('the ids stay where they are used otherwise', () => {
  const found = inputsOf((inputs, weights) => ({
    y: picked(inputs, weights),
    z: tf.cast(pick(inputs, 'ids'), 'float32'),
  }))
  expect(found.map(({ key, picked: by }) => [key, by])).toEqual([
    ['ids', undefined],
    ['table', 'ids'],
  ])
})

it.each<[string, TensorProgram, Partial<Signature>]>([
  [
    'is multiplied by too',
    (inputs, weights) => ({ y: tf.matMul(picked(inputs, weights), pick(weights, 'table'), false, true) }),
    {},
  ],
  [
    'has ids that are worked out',
    (inputs, weights) => ({
      y: tf.gather(pick(weights, 'table'), tf.add(pick(inputs, 'ids'), tf.scalar(1, 'int32'))),
    }),
    {},
  ],
  [
    'gives columns',
    (inputs, weights) => ({ y: tf.gather(pick(weights, 'table'), pick(inputs, 'ids'), 1) }),
    {},
  ],
  [
    'has no rows',
    (inputs, weights) => ({ y: tf.exp(picked(inputs, weights)) }),
    { weights: { table: { shape: [100, 8], expand: () => new Float32Array(800) } } },
  ],
  [
    'is not packed',
    (inputs, weights) => ({ y: tf.exp(picked(inputs, weights)) }),
    { weights: { table: { shape: [100, 8], data: new Float32Array(800) } } },
  ],
])('a table is fed whole where it %s', (_, program, changes) => {
  expect(inputsOf(program, changes)).toEqual(whole)
})
