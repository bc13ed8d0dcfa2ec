import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackedWeight } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { onnxruntimeBackend } from './onnxruntime-backend.ts'
import { type RoundedWeight, weightStore } from './weight-store.ts'

const weight = (tensor: string, model = 'a', shape = [2, 3]): PackedWeight => ({
  shape,
  origin: { model, tensor },
  expand: () => {
    throw new Error('nothing is expanded')
  },
})
const form = { transposed: false, type: 'int8' } as const
const rounded: RoundedWeight = {
  shape: [2, 3],
  values: Int8Array.of(1, -2, 10, 4, -127, 6),
  scales: Float32Array.of(0.5, 0.25, 3),
}

it('gives back what was put, to the process after as well, and nothing for anything else', async () => {
  const folder = await temporaryFolder()
  await weightStore(folder).put(weight('w'), form, rounded)
  const later = weightStore(folder)
  expect(await later.get(weight('w'), form)).toEqual(rounded)
  expect(await later.get(weight('w'), { ...form, transposed: true })).toBeUndefined()
  expect(await later.get(weight('w'), { ...form, type: 'uint8' })).toBeUndefined()
  expect(await later.get(weight('v'), form)).toBeUndefined()
  expect(await later.get(weight('w', 'b'), form)).toBeUndefined()
  expect(await later.get(weight('w', 'a', [3, 2]), form)).toBeUndefined()
})

it('keeps a weight in each type', async () => {
  const store = weightStore(await temporaryFolder())
  const unsigned = { ...form, type: 'uint8' } as const
  const bytes = { ...rounded, values: Uint8Array.of(129, 126, 138, 132, 1, 134) }
  await store.put(weight('w'), form, rounded)
  await store.put(weight('w'), unsigned, bytes)
  expect(await store.get(weight('w'), form)).toEqual(rounded)
  expect(await store.get(weight('w'), unsigned)).toEqual(bytes)
})

it('keeps nothing of a weight without an origin', async () => {
  const folder = await temporaryFolder()
  const store = weightStore(folder)
  const unknown = { ...weight('w'), origin: undefined }
  await store.put(unknown, form, rounded)
  expect(await store.get(unknown, form)).toBeUndefined()
  expect(await readdir(folder)).toEqual([])
})

it('gives nothing for a file that is damaged, and mends it', async () => {
  const folder = await temporaryFolder()
  const store = weightStore(folder)
  await store.put(weight('w'), form, rounded)
  const path = await onlyFile(folder)
  const bytes = await readFile(path)
  const changed = Buffer.from(bytes)
  changed[bytes.length - 1] = 7
  for (const damaged of [bytes.subarray(0, 20), bytes.subarray(0, -1), changed, Buffer.alloc(0)]) {
    await writeFile(path, damaged)
    expect(await store.get(weight('w'), form)).toBeUndefined()
  }
  await store.put(weight('w'), form, rounded)
  expect(await store.get(weight('w'), form)).toEqual(rounded)
})

it('holds when several write at once, and leaves no other file', async () => {
  const folder = await temporaryFolder()
  await Promise.all(Array.from({ length: 8 }, () => weightStore(folder).put(weight('w'), form, rounded)))
  expect(await weightStore(folder).get(weight('w'), form)).toEqual(rounded)
  await onlyFile(folder)
})

it('keeps a bounded number of bytes: models that were used longest ago make room', async () => {
  const folder = await temporaryFolder()
  await weightStore(folder).put(weight('w', 'old'), form, rounded)
  const { size } = await stat(await onlyFile(folder))
  const [oldest = ''] = await readdir(folder)
  await utimes(join(folder, oldest), 1, 1)
  await weightStore(folder, 3 * size).put(weight('w', 'newer'), form, rounded)
  const store = weightStore(folder, 3 * size)
  for (const tensor of ['u', 'v', 'w', 'x']) await store.put(weight(tensor), form, rounded)
  const found = async (tensor: string, model?: string) =>
    (await weightStore(folder).get(weight(tensor, model), form)) !== undefined
  expect(await found('w', 'old')).toBe(false)
  expect(await found('w', 'newer')).toBe(false)
  // The fourth of its own is one too many.
  expect(await Promise.all(['u', 'v', 'w', 'x'].map((tensor) => found(tensor)))).toEqual([
    true,
    true,
    true,
    false,
  ])
})

it('spares a backend the rounding: the next one has the same product without the floats', async () => {
  const folder = await temporaryFolder()
  const data = Float32Array.from({ length: 64 * 96 }, (_, i) => Math.sin(i))
  const first = await productWith(folder, { ...weight('w', 'a', [64, 96]), expand: () => data })
  const second = await productWith(folder, weight('w', 'a', [64, 96]))
  expect(second).toEqual(first)
})

async function productWith(weightFolder: string, w: PackedWeight): Promise<unknown> {
  const backend = onnxruntimeBackend({ threads: 1, weightFolder })
  try {
    const program = await backend.compile(
      ({ x }, { w }) => ({ y: tf.matMul(x as tf.Tensor, w as tf.Tensor, false, true) }),
      { inputs: { x: { shape: [2, 96], dtype: 'float32' } }, weights: { w }, precision: 'int8' },
    )
    const x = Float32Array.from({ length: 2 * 96 }, (_, i) => Math.cos(i))
    return (await program.run({ x: { shape: [2, 96], data: x } })).y
  } finally {
    await backend.dispose()
  }
}

async function onlyFile(folder: string): Promise<string> {
  const [model = ''] = await readdir(folder)
  const names = await readdir(join(folder, model))
  expect(names.length).toBe(1)
  return join(folder, model, names[0] as string)
}
