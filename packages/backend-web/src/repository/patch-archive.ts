import type { PatchFiles } from '@policypatch/core/patch'
import { zipStorage } from '../storage/zip-storage.ts'

/** Most files in a patch, including patch.json, its signature and its provenance. */
const mostFiles = 72

/** The same for all patches, so that equal files give equal archives. */
const date = '1980-01-01T00:00:00'

/** The files of a patch as one zip archive. Equal files give equal bytes. */
export async function writePatchArchive(files: PatchFiles): Promise<Uint8Array> {
  const { zipSync } = await import('fflate')
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime: date })
}

/**
 * The files in the archive of a patch. Their contents are not checked.
 *
 * @throws the errors of `zipStorage`
 */
export async function readPatchArchive(archive: Uint8Array): Promise<PatchFiles> {
  const storage = await zipStorage(archive, { maxFiles: mostFiles })
  const files: Record<string, Uint8Array> = {}
  for (const name of await storage.list('')) files[name] = await storage.read(name)
  return files
}
