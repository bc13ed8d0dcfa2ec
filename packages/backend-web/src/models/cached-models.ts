import type { Storage } from '@policypatch/core'
import { opfsStorage } from '../storage/opfs-storage.ts'
import { modelFolder, readRecord } from './model-record.ts'
import { modelsRoot } from './models-root.ts'

/** A model, or a part of one, that the browser keeps. */
export interface CachedModel {
  /** The id or address to load it by. */
  readonly id: string
  /** Bytes that it takes. */
  readonly bytes: number
  /** Whether all of it is there; else `resolveWebModel` goes on with it. */
  readonly complete: boolean
}

/** The models that the browser keeps, those whose download was stopped included, by id. */
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

/** Removes a model's files; nothing happens where there are none. */
export async function removeCachedModel(
  id: string,
  storage: Storage = opfsStorage(modelsRoot),
): Promise<void> {
  await storage.remove(await modelFolder(id))
}
