import { type Patch, readPatch } from '@policypatch/core'
import type { PatchFiles } from '@policypatch/core/patch'
import { memoryStorage } from '@policypatch/core/platform'

/**
 * The patch of files that are in memory already, checked as any other.
 *
 * @param name a folder's name, for messages
 * @throws the errors of `readPatch`
 */
export async function patchOfFiles(files: PatchFiles, name: string): Promise<Patch> {
  const storage = memoryStorage()
  for (const [file, bytes] of Object.entries(files)) await storage.write(`${name}/${file}`, bytes)
  return readPatch({ storage, path: name })
}
