import { existsSync, readdirSync } from 'node:fs'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Storage } from '@policypatch/core'
import { type Backend, loadStoredModel, writeSafetensors } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import { InferenceSession } from 'onnxruntime-node'
import { expect, test, vi } from 'vitest'
import { cpuBackend } from '../../core/test/cpu-backend.ts'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { writeGguf } from '../../core/test/models/write-gguf.ts'
import { fileStorage } from '../src/files/file-storage.ts'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'
import { temporaryFolder } from './fixtures.ts'

const goldens = new URL('../../core/test/goldens/', import.meta.url).pathname
const fileDescriptors = '/proc/self/fd'

/** Counts the files that are open, on every system. */
function countingStorage(): Storage & { held: number } {
  const storage = fileStorage()
  const counting = {
    ...storage,
    held: 0,
    async open(path: string) {
      const source = await storage.open(path)
      counting.held++
      return { ...source, close: () => source.close().then(() => void counting.held--) }
    },
  }
  return counting
}

type Damage = (folder: string) => Promise<{ path?: string; adapter?: string } | undefined>

const none = new Float32Array(1)
const part = (no: number) =>
  writeGguf({
    pairs: [
      ['split.no', 2, no],
      ['split.count', 2, 3],
      ['split.tensors.count', 5, 0],
    ],
  })

/** Files that are refused, each at another point of loading. */
const damages: Readonly<Record<string, Damage>> = {
  async 'a GGUF file of another version'(folder) {
    await writeFile(join(folder, 'm.gguf'), writeGguf({ version: 9 }))
    return { path: 'm.gguf' }
  },
  async 'a GGUF file that is cut'(folder) {
    const whole = await readFile(`${goldens}models/llama3-scaled.gguf`)
    await writeFile(join(folder, 'm.gguf'), whole.subarray(0, whole.length / 2))
    return { path: 'm.gguf' }
  },
  async 'a GGUF file of an architecture that is not known'(folder) {
    await writeFile(join(folder, 'm.gguf'), writeGguf({ pairs: [['general.architecture', 8, 'mamba']] }))
    return { path: 'm.gguf' }
  },
  async 'a part of a GGUF file without the next'(folder) {
    await writeFile(join(folder, 'm-00001-of-00003.gguf'), part(0))
    return { path: 'm-00001-of-00003.gguf' }
  },
  async 'parts of a GGUF file of which one is another'(folder) {
    for (const no of [0, 1, 2]) await writeFile(join(folder, `m-0000${no + 1}-of-00003.gguf`), part(no && 1))
    return { path: 'm-00003-of-00003.gguf' }
  },
  async 'safetensors weights that are cut'(folder) {
    const whole = await readFile(join(folder, 'model.safetensors'))
    await writeFile(join(folder, 'model.safetensors'), whole.subarray(0, whole.length - 1))
    return undefined
  },
  async 'safetensors weights without a tensor'(folder) {
    const other = writeSafetensors({ other: { shape: [1], data: none } })
    await writeFile(join(folder, 'model.safetensors'), other)
    return undefined
  },
  async 'an index with a file that is absent'(folder) {
    await rm(join(folder, 'model.safetensors'))
    await writeFile(join(folder, 'a.safetensors'), writeSafetensors({ a: { shape: [1], data: none } }))
    const index = { weight_map: { a: 'a.safetensors', b: 'b.safetensors' } }
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index))
    return undefined
  },
  async 'a configuration of another form'(folder) {
    await writeFile(join(folder, 'config.json'), '{"model_type": "llama"}')
    return undefined
  },
  async 'a tokenizer of another form'(folder) {
    await writeFile(join(folder, 'tokenizer.json'), '{"model": 1}')
    return undefined
  },
  async 'an adapter whose weights are damaged'(folder) {
    await cp(`${goldens}lora/plain`, join(folder, 'adapter'), { recursive: true })
    await writeFile(join(folder, 'adapter/adapter_model.safetensors'), '{')
    return { adapter: 'adapter' }
  },
  async 'an adapter of another model'(folder) {
    await cp(`${goldens}lora/plain`, join(folder, 'adapter'), { recursive: true })
    return { adapter: 'adapter' }
  },
}

test('500 models that are refused leave no file open', { timeout: 60_000 }, async () => {
  const backend = cpuBackend()
  const places: { name: string; path: string; adapter: string | undefined }[] = []
  for (const [name, damage] of Object.entries(damages)) {
    const folder = await temporaryFolder()
    await writeTinyModel(folder, 'llama-tied')
    const { path = '', adapter } = (await damage(folder)) ?? {}
    places.push({ name, path: join(folder, path), adapter: adapter && join(folder, adapter) })
  }
  const storage = countingStorage()
  const load = async ({ name, path, adapter }: (typeof places)[number]) => {
    const options = { backend, ...(adapter && { adapter: { storage, path: adapter } }) }
    const loading = loadStoredModel({ storage, path }, options)
    await expect(loading, name).rejects.toMatchObject({ name: 'PatchError' })
  }
  for (const place of places) await load(place)
  const before = existsSync(fileDescriptors) ? readdirSync(fileDescriptors).length : 0
  for (let i = 0; i < 500; i++) await load(places[i % places.length] as (typeof places)[number])
  expect(storage.held).toBe(0)
  if (before > 0) expect(readdirSync(fileDescriptors).length).toBe(before)
})

async function live(backend: Backend, storage: Storage, path: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const model = await loadStoredModel({ storage, path }, { backend })
    await model.generate('a', { maxTokens: 1 })
    await model.dispose()
  }
}

test('500 lives of a model leave no file, session or tensor', { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder()
  await writeTinyModel(folder, 'llama-tied')
  const storage = countingStorage()
  let sessions = 0
  const create = InferenceSession.create.bind(InferenceSession) as (
    model: Uint8Array,
    options: InferenceSession.SessionOptions,
  ) => Promise<InferenceSession>
  const spy = vi.spyOn(InferenceSession, 'create').mockImplementation((async (
    model: Uint8Array,
    options: InferenceSession.SessionOptions,
  ) => {
    const session = await create(model, options)
    sessions++
    const release = session.release.bind(session)
    session.release = () => release().then(() => void sessions--)
    return session
  }) as typeof InferenceSession.create)
  const [eager, onnx] = [cpuBackend(), onnxruntimeBackend({ threads: 1 })]
  await live(eager, storage, folder, 1)
  await live(onnx, storage, folder, 1)
  const before = [tf.memory().numTensors, sessions, storage.held]
  await live(eager, storage, folder, 250)
  await live(onnx, storage, folder, 250)
  expect([tf.memory().numTensors, sessions, storage.held]).toEqual(before)
  expect(spy.mock.calls.length).toBeGreaterThan(250)
  expect(sessions).toBe(0)
  await eager.dispose()
  await onnx.dispose()
})
