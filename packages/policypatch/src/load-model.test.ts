import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { checkDevice, onnxruntimeBackend } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import { type Architecture, architectures, expandWeight, writeSafetensors } from '@policypatch/core/platform'
import { expect, test } from 'vitest'
import { hashedWeights } from '../../core/test/models/hashed-weights.ts'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder } from '../test/fixtures.ts'
import { loadModel } from './load-model.ts'
import type { LoadProgress } from './load-progress.ts'

test('a folder is called by its name, whatever path leads to it, and its tensors are counted', async () => {
  const folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  const progress: LoadProgress[] = []
  const model = await loadModel(`${folder}/tiny/`, { onProgress: (at) => progress.push(at) })
  expect(model.id).toBe('tiny')
  expect(model.backend.name).toBe('onnxruntime-cpu')
  const last = progress.at(-1)
  expect(last).toEqual({ stage: 'weights', done: last?.total, total: last?.total })
  await model.dispose()
})

test('what is nowhere is refused', async () => {
  await expect(loadModel('./no-such-model')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a device and another backend exclude each other', async () => {
  const backend = {
    specificationVersion: 'v1' as const,
    name: 'other',
    compile: () => Promise.reject(new Error('not needed')),
    dispose: async () => {},
  }
  const loading = loadModel('./no-such-model', { backend, device: 'cpu' })
  await expect(loading).rejects.toThrow(PatchError)
  await expect(loading).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: 'both cpu and other' })
})

test('a device may be chosen, and what was chosen is told', async () => {
  const folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  const notices: string[] = []
  const model = await loadModel(`${folder}/tiny`, {
    device: 'auto',
    onNotice: (line) => notices.push(line),
  })
  const [, chosen] = /^Running on (cpu|cuda|webgpu) \(.+\)$/.exec(notices[0] ?? '') ?? []
  expect(model.backend.name).toBe(`onnxruntime-${chosen}`)
  expect(notices.length).toBe(1)
  await model.dispose()
})

test('a device that is not here is refused before anything is read', async ({ skip }) => {
  const here = await checkDevice('cuda').then(
    () => true,
    () => false,
  )
  skip(here, 'there is a CUDA device')
  await expect(loadModel('./no-such-model', { device: 'cuda' })).rejects.toMatchObject({
    code: 'BACKEND_FAILED',
    expected: expect.stringContaining('cuda'),
    remedy: expect.stringContaining('install'),
  })
})

test("an architecture of one's own and the size of the cache of prefixes are taken", async () => {
  const folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  const config = JSON.parse(await readFile(`${folder}/tiny/config.json`, 'utf8'))
  await writeFile(`${folder}/tiny/config.json`, JSON.stringify({ ...config, model_type: 'mine' }))
  await expect(loadModel(`${folder}/tiny`)).rejects.toMatchObject({
    code: 'UNKNOWN_ARCHITECTURE',
    remedy: expect.stringContaining("in loadModel's `architectures`"),
  })
  const mine: Architecture = { ...(architectures[0] as Architecture), name: 'mine', modelTypes: ['mine'] }
  const model = await loadModel(`${folder}/tiny`, { architectures: [mine], prefixCacheBytes: 12345 })
  expect(model.architecture.name).toBe('mine')
  expect(model.prefixes.limit).toBe(12345)
  await model.dispose()
})

test('a backend that was made for a model goes with it, and one that was given stays', async () => {
  const folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  const own = await loadModel(`${folder}/tiny`)
  await own.dispose()
  await expect(own.backend.compile(() => ({}), { inputs: {}, weights: {} })).rejects.toMatchObject({
    code: 'BACKEND_FAILED',
  })
  let disposals = 0
  const backend = { ...onnxruntimeBackend(), dispose: async () => void disposals++ }
  const model = await loadModel(`${folder}/tiny`, { backend })
  await model.dispose()
  await writeFile(`${folder}/tiny/config.json`, '{}')
  await expect(loadModel(`${folder}/tiny`, { backend })).rejects.toThrow(PatchError)
  expect(disposals).toBe(0)
})

test('rounded weights are kept in the cache, and give the same scores when they are read back', async () => {
  const folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  await writeWideWeights(`${folder}/tiny`)
  const cache = `${folder}/cache`
  const scores = async (keepRounded?: boolean) => {
    const model = await loadModel(`${folder}/tiny`, { cache, keepRounded })
    const [found] = await model.score([{ prompt: 'a', response: 'b' }])
    await model.dispose()
    return found
  }
  const worked = await scores(false)
  expect(existsSync(`${cache}/weights`)).toBe(false)
  expect(await scores()).toEqual(worked)
  const [kept = ''] = await readdir(`${cache}/weights`)
  const files = await readdir(`${cache}/weights/${kept}`)
  expect(files.length).toBeGreaterThanOrEqual(7)
  // What is not there is made again, beside what is read.
  await rm(`${cache}/weights/${kept}/${files[0]}`)
  expect(await scores()).toEqual(worked)
  expect((await readdir(`${cache}/weights/${kept}`)).sort()).toEqual(files.sort())
})

/** Makes a tiny model wide enough for products in int8, its weights in less than float32. */
async function writeWideWeights(folder: string): Promise<void> {
  const json = {
    ...JSON.parse(await readFile(`${folder}/config.json`, 'utf8')),
    ...{ hidden_size: 64, intermediate_size: 96, num_hidden_layers: 1 },
    ...{ num_attention_heads: 4, num_key_value_heads: 4, head_dim: 16 },
  }
  await writeFile(`${folder}/config.json`, JSON.stringify(json))
  const llama = architectures.find(({ modelTypes }) => modelTypes.includes('llama')) as Architecture
  const weights = hashedWeights(llama.weightSpecs(llama.parseConfig(json)))
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, expandWeight(weight)]),
  )
  await writeFile(`${folder}/model.safetensors`, inBfloat16(Buffer.from(writeSafetensors(tensors))))
}

/** A safetensors file of float32 with each value cut to bfloat16. */
function inBfloat16(file: Buffer): Buffer {
  const start = 8 + Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.subarray(8, start).toString())
  for (const tensor of Object.values(header) as { dtype: string; data_offsets?: number[] }[]) {
    if (!tensor.data_offsets) continue
    tensor.dtype = 'BF16'
    tensor.data_offsets = tensor.data_offsets.map((at) => at / 2)
  }
  const values = new Uint16Array(
    file.subarray(start).buffer.slice(file.byteOffset + start, file.byteOffset + file.length),
  )
  const upper = Uint16Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + 1] as number)
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, Buffer.from(upper.buffer)])
}
