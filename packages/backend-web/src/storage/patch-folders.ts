import { PatchError, type Storage } from '@policypatch/core'
import { type Place, type StoredPlace, storedAt } from '@policypatch/core/platform'

/** Levels of folders to search below the given one. */
const deepest = 4

/**
 * The folders that contain a patch (a patch.json), in a folder or below it, sorted. Use it for dropped or unpacked files, whose
 * folder is not known: `patchFolders({ storage, path: '' })` looks through a storage. Pass each to `readPatch`.
 */
export async function patchFolders(folder: Place): Promise<readonly StoredPlace[]> {
  const { storage, path } = storedAt(folder)
  return (await find(storage, path, deepest)).map((found) => ({ storage, path: found }))
}

async function find(storage: Storage, folder: string, depth: number): Promise<string[]> {
  const names = await storage.list(folder)
  const at = (name: string) => (folder === '' ? name : `${folder}/${name}`)
  const found = names.includes('patch.json') ? [folder === '' ? '.' : folder] : []
  if (depth === 0) return found
  for (const name of names) {
    if (await isFolder(storage, at(name))) found.push(...(await find(storage, at(name), depth - 1)))
  }
  return found
}

async function isFolder(storage: Storage, path: string): Promise<boolean> {
  try {
    await (await storage.open(path)).close()
    return false
  } catch (error) {
    if (error instanceof PatchError && error.code === 'NOT_FOUND') return true
    throw error
  }
}
