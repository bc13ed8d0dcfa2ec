import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Backend } from '../src/backend/backend.ts'
import { createLanguageModel } from '../src/model/create-language-model.ts'
import { findArchitecture } from '../src/model/decoder/architectures/find-architecture.ts'
import { loadWeights } from '../src/model/files/load-weights.ts'
import { configured } from '../src/model/files/open-model-folder.ts'
import { openSafetensors } from '../src/model/files/tensors/safetensors.ts'
import { openShardedSafetensors } from '../src/model/files/tensors/sharded-safetensors.ts'
import type { LanguageModel } from '../src/model/language-model/language-model.ts'
import { bytesSource, memoryStorage } from '../src/storage/memory-storage.ts'
import type { Storage } from '../src/storage/storage.ts'
import { numberTokenizer } from '../src/testing/number-tokenizer.ts'

const folder = fileURLToPath(new URL('./goldens/', import.meta.url))

/** A golden JSON file, parsed. */
export async function goldenJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(folder + name, 'utf8')) as T
}

/** A folder of goldens, in memory. */
export async function goldenStorage(directory: string): Promise<Storage> {
  const storage = memoryStorage()
  for (const entry of await readdir(folder + directory, { withFileTypes: true })) {
    if (!entry.isFile()) continue
    await storage.write(`${directory}/${entry.name}`, await readFile(`${folder}${directory}/${entry.name}`))
  }
  return storage
}

/** One tensor in a golden safetensors file. */
export async function goldenTensor(file: string, name: string): Promise<Float32Array> {
  const reader = await openSafetensors(bytesSource(file, await readFile(folder + file)))
  return reader.read(name)
}

/** A tiny random model saved by scripts/goldens/models.py. */
export async function goldenModel(
  name: string,
  backend: Backend,
  configFile = 'config.json',
): Promise<LanguageModel> {
  const directory = `models/${name}`
  const storage = await goldenStorage(directory)
  const json = JSON.parse(new TextDecoder().decode(await storage.read(`${directory}/${configFile}`)))
  const architecture = findArchitecture(json.model_type)
  const stored = await openShardedSafetensors(storage, directory)
  const { config, reader } = await configured(stored, architecture, json)
  const weights = await loadWeights(reader, architecture, config)
  const tokenizer = numberTokenizer({ vocabSize: config.vocabSize })
  return createLanguageModel({ id: name, architecture, config, tokenizer, weights, backend })
}

/** ‖a − b‖ / ‖b‖ over two arrays of equal length. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || b.length === 0) throw new RangeError(`lengths ${a.length} and ${b.length}`)
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2
    norm += (b[i] as number) ** 2
  }
  return Math.sqrt(difference / norm)
}
