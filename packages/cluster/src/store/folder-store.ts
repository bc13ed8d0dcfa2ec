import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import type { ResultStore } from './result-store.ts'

/** A folder that all machines can access, such as a network share. Files are written completely or not at all. */
export function folderStore(folder: string): ResultStore {
  const storage = fileStorage(folder)
  return {
    place: folder,
    async get(name) {
      try {
        return await storage.read(name)
      } catch (error) {
        if (error instanceof PatchError && error.code === 'NOT_FOUND') return undefined
        throw error
      }
    },
    async put(name, bytes) {
      try {
        await storage.write(name, bytes)
      } catch (cause) {
        if (!(cause instanceof PatchError)) throw cause
        const { expected, found, remedy } = cause
        throw new PatchError('STORAGE_FAILED', { expected, found, remedy, cause })
      }
    },
    has: (name) => storage.exists(name),
    close: () => {},
  }
}
