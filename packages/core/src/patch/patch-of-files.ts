import { PatchError } from '../errors.ts'
import type { Storage } from '../storage.ts'
import type { Patch, PatchContents, PatchFiles } from './patch.ts'
import { writePatch } from './write-patch.ts'

/** A patch whose contents and files have been checked against each other. */
export function patchOfFiles(
  { manifest, prefix }: PatchContents,
  files: PatchFiles,
  storage: Storage | undefined,
): Patch {
  return {
    manifest,
    prefix,
    files,
    storage,
    bytes: Object.values(files).reduce((sum, file) => sum + file.length, 0),
    parameters: prefix.embeddings.length,
    async save(directory, target = storage) {
      if (!target) {
        throw new PatchError('INVALID_ARGUMENT', {
          expected: 'a storage to save the patch to',
          found: 'none: the patch was made without one',
          remedy: 'Call patch.save(directory, storage), or give createPatch or trainPatch a storage',
        })
      }
      await writePatch(target, directory, { files })
    },
  }
}
