import type { Storage } from '@policypatch/core'
import { memoryStorage } from '@policypatch/core/platform'
import type { Files } from './fuzzed-reader.ts'

/** A storage with the files in a folder. */
export async function storageOf(files: Files, folder: string): Promise<Storage> {
  const storage = memoryStorage()
  for (const [name, bytes] of Object.entries(files)) await storage.write(`${folder}/${name}`, bytes)
  return storage
}
