import type { Storage } from '@policypatch/core'
import { opfsStorage } from '../storage/opfs-storage.ts'
import { modelFolder, modelsRoot, readRecord } from './model-record.ts'

/** A model, complete or partial, in the browser's storage. */
export interface CachedModel {
  /** The id or address to load it by. */
  readonly id: string
  /** Size in bytes. */
  readonly bytes: number
  /** Whether it is complete; otherwise `resolveWebModel` resumes the download. */
  readonly complete: boolean
}

/** The models in the browser's storage, including partial downloads, by id. */
export async function cachedModels(storage: Storage = opfsStorage(modelsRoot)): Promise<CachedModel[]> {
  if (!(await storage.exists(''))) return []
  const models: CachedModel[] = []
  for (const folder of await storage.list('')) {
    const record = await readRecord(storage, folder)
    if (!record) continue
    let bytes = 0
    for (const name of await storage.list(folder)) {
      const source = await storage.open(`${folder}/${name}`)
      bytes += source.size
      await source.close()
    }
    models.push({ id: record.id, bytes, complete: record.complete })
  }
  return models.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Removes a model's files, if there are any. */
export async function removeCachedModel(
  id: string,
  storage: Storage = opfsStorage(modelsRoot),
): Promise<void> {
  await storage.remove(await modelFolder(id))
}
