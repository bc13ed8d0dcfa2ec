import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { type Patch, PatchError, readPatch } from '@policypatch/core'
import { mostArchiveBytes, readArchive, tooLarge } from './archive/read-archive.ts'
import { type PatchSource, readVersion } from './patch-source.ts'

/**
 * The patch in a folder or an archive on this machine.
 *
 * @param path relative to `folder`, unless it is absolute
 */
export function fileSource(path: string, folder: string): PatchSource {
  return {
    specificationVersion: 'v1',
    versions: async () => [readVersion(await readFileOrFolder(resolve(folder, path)), `file:${path}`)],
  }
}

/** Reads the patch in a folder or an archive. Throws `NOT_FOUND`, and the errors of `readArchive` and `readPatch`. */
export async function readFileOrFolder(path: string): Promise<Patch> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return readPatch({ storage: fileStorage(), path })
  if (!found?.isFile()) {
    throw new PatchError('NOT_FOUND', {
      expected: `the folder or the archive of a patch at ${path}`,
      found: found ? 'neither' : 'nothing',
      remedy: 'Check the path',
    })
  }
  if (found.size > mostArchiveBytes) throw tooLarge(path, found.size)
  const source = await fileStorage().open(path)
  try {
    return await readArchive(await source.read(0, Math.min(source.size, mostArchiveBytes)), path)
  } finally {
    await source.close()
  }
}
