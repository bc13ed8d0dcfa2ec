import '@tensorflow/tfjs-backend-cpu'
import { expect, it } from 'vitest'
import { backendConformance } from '../testing/backend-conformance.ts'
import * as tf from '../tf.ts'
import { eagerBackend } from './eager-backend.ts'

it.each(backendConformance({ createBackend: () => eagerBackend({ tfBackend: 'cpu' }) }))('$name', ({ run }) =>
  run(),
)

it('leaves no tensor behind', async () => {
  const backend = eagerBackend({ tfBackend: 'cpu' })
  const before = tf.memory().numTensors
  const weights = { w: { shape: [2], data: Float32Array.of(1, 2) } }
  const program = await backend.compile((_, { w }) => ({ y: tf.square(w as tf.Tensor), w: w as tf.Tensor }), {
    inputs: {},
    weights,
  })
  await program.run({})
  await program.run({})
  expect(tf.memory().numTensors).toBe(before + 1)
  await backend.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

it('gives weights back when it is told to, and takes them up again', async () => {
  const backend = eagerBackend({ tfBackend: 'cpu' })
  const before = tf.memory().numTensors
  const held = () => tf.memory().numTensors - before
  const weights = { w: { shape: [2], data: Float32Array.of(1, 2) } }
  const others = { w: { shape: [2], data: Float32Array.of(3, 4) } }
  const program = await backend.compile((_, { w }) => ({ y: tf.square(w as tf.Tensor) }), {
    inputs: {},
    weights,
  })
  // What runs keeps what it uses.
  const [result] = await Promise.all([program.run({}), program.run({}, others), backend.release?.(weights)])
  expect(result.y?.data).toEqual(Float32Array.of(1, 4))
  expect(held()).toBe(1)
  expect((await program.run({})).y?.data).toEqual(Float32Array.of(1, 4))
  expect(held()).toBe(2)
  await backend.release?.(others)
  await backend.release?.(others)
  expect(held()).toBe(1)
  await backend.dispose()
  expect(held()).toBe(0)
})

it('names a tfjs backend that is absent', async () => {
  const backend = eagerBackend({ tfBackend: 'webgpu' })
  await expect(backend.compile(() => ({}), { inputs: {}, weights: {} })).rejects.toMatchObject({
    code: 'BACKEND_FAILED',
    expected: 'the tfjs backend `webgpu`',
  })
})
