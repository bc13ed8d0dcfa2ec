import { loadStoredModel } from '../../src/model/files/load-model.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, goldenStorage } from '../goldens.ts'

const backend = cpuBackend()
export const encode = (text: string) => new TextEncoder().encode(text)
export const folder = 'models/llama-tied'

/** A complete model as written by save_pretrained, in memory. */
export async function wholeModel(): Promise<Storage> {
  const storage = await goldenStorage(folder)
  const { tokenizerJson } = await goldenJson<{ tokenizerJson: object }>('tokenizer-smollm.json')
  await storage.write(`${folder}/tokenizer.json`, encode(JSON.stringify(tokenizerJson)))
  const config = { eos_token: '<|endoftext|>' }
  await storage.write(`${folder}/tokenizer_config.json`, encode(JSON.stringify(config)))
  return storage
}

export async function changeConfig(storage: Storage, changes: Record<string, unknown>) {
  const json = JSON.parse(new TextDecoder().decode(await storage.read(`${folder}/config.json`)))
  await storage.write(`${folder}/config.json`, encode(JSON.stringify({ ...json, ...changes })))
}

/** Overwrites the last number in a file of weights. */
export async function overwriteEnd(storage: Storage, path: string, value: number) {
  const bytes = await storage.read(path)
  new DataView(bytes.buffer, bytes.byteOffset).setFloat32(bytes.length - 4, value, true)
  await storage.write(path, bytes)
}

export const weights = `${folder}/model.safetensors`
export const load = (storage: Storage, path = folder) => loadStoredModel({ storage, path }, { backend })

export async function cut(storage: Storage, path: string, share: number) {
  const bytes = await storage.read(path)
  await storage.write(path, bytes.subarray(0, Math.floor(share * bytes.length)))
}

/** A file with this text. */
export const stored = async (text: string) => {
  const storage = memoryStorage()
  await storage.write('rows.jsonl', encode(text))
  return storage
}
