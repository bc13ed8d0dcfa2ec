import type { Storage } from '@policypatch/core'
import { memoryStorage } from '@policypatch/core/platform'
import type { Files } from './fuzzed-reader.ts'

/** The files in a folder of a storage. */
export async function storageOf(files: Files, folder: string): Promise<Storage> {
  const storage = memoryStorage()
  for (const [name, bytes] of Object.entries(files)) await storage.write(`${folder}/${name}`, bytes)
  return storage
}
