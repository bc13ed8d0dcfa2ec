import { PatchError } from '../../errors.ts'
import { type Place, plainPath, storedAt } from '../../storage/place.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Patch, PatchFiles } from '../patch.ts'
import { provenanceFile, signatureFiles } from '../signing/signature-files.ts'
import { manifestFile } from './parse-manifest.ts'
import { readPatchFiles, stagingFolder } from './patch-folder.ts'

/**
 * Writes a patch's files to a directory. If this is interrupted, or the storage is full (`STORAGE_FAILED`), `readPatch` finds in
 * the directory either the previous patch or the new one, complete.
 */
export async function writePatch(place: Place, patch: Pick<Patch, 'files'>): Promise<void> {
  const { storage, path } = storedAt(place)
  const target = plainPath(path)
  await settle(storage, target)
  if (await storage.exists(`${target}/${manifestFile}`)) {
    await writeFiles(storage, stagingFolder(target), patch.files)
  }
  await removeSignatures(storage, target, patch.files)
  await writeFiles(storage, target, patch.files)
  await storage.remove(stagingFolder(target))
}

/** Removes signatures and provenance of the previous patch. */
async function removeSignatures(storage: Storage, target: string, files: PatchFiles): Promise<void> {
  for (const name of [...signatureFiles, provenanceFile]) {
    if (!files[name]) await storage.remove(`${target}/${name}`)
  }
}

/** Completes an interrupted replacement: keeps the patch in place if it is whole, else installs the new one. */
async function settle(storage: Storage, target: string): Promise<void> {
  const staged = stagingFolder(target)
  if (await storage.exists(`${staged}/${manifestFile}`)) {
    const files = (await wholeFiles(storage, target, target))
      ? undefined
      : await wholeFiles(storage, staged, target)
    if (files) {
      await removeSignatures(storage, target, files)
      await writeFiles(storage, target, files)
    }
  }
  await storage.remove(staged)
}

const damages: readonly string[] = ['NOT_FOUND', 'TRUNCATED', 'DIGEST_MISMATCH', 'MALFORMED', 'UNSUPPORTED']

/** The files of the patch in a folder; undefined unless all of them are intact. */
async function wholeFiles(storage: Storage, folder: string, inside: string): Promise<PatchFiles | undefined> {
  try {
    return (await readPatchFiles(storage, folder, inside)).files
  } catch (error) {
    if (error instanceof PatchError && damages.includes(error.code)) return undefined
    throw error
  }
}

async function writeFiles(storage: Storage, folder: string, files: PatchFiles): Promise<void> {
  const names = Object.keys(files).filter((name) => name !== manifestFile)
  for (const name of [...names, manifestFile]) {
    const bytes = files[name]
    if (bytes) await storage.write(`${folder}/${name}`, bytes)
  }
}
