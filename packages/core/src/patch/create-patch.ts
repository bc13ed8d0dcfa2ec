import { PatchError } from '../errors.ts'
import type { Prefix } from '../model/language-model.ts'
import type { Storage } from '../storage.ts'
import { manifestFile } from './manifest-schema.ts'
import { parseManifest } from './parse-manifest.ts'
import type { Patch, PatchContents, PatchFiles } from './patch.ts'
import { patchFiles } from './patch-files.ts'
import { writePatch } from './write-patch.ts'

export interface CreatePatchOptions extends PatchContents {
  /** Where `patch.save` writes unless told otherwise. */
  readonly storage?: Storage | undefined
}

/**
 * A patch of a manifest and a prefix, which is copied. `INVALID_ARGUMENT` lists every bad field of the manifest at
 * once; `SHAPE_MISMATCH` and `NOT_FINITE` refuse a prefix that is not what the manifest says.
 */
export async function createPatch({ manifest, prefix, storage }: CreatePatchOptions): Promise<Patch> {
  const copy = copyOf(prefix)
  const files = await patchFiles({ manifest, prefix: copy })
  const written = parseManifest(files[manifestFile] as Uint8Array)
  return patchOfFiles({ manifest: written, prefix: copy }, files, storage)
}

function copyOf({ length, embeddings, parts }: Prefix): Prefix {
  const own = parts?.map(({ prefix, weight }) => ({ prefix: copyOf(prefix), weight }))
  return { length, embeddings: embeddings.slice(), ...(own && { parts: own }) }
}

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
