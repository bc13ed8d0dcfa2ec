import type { Prefix } from '../model/language-model/language-model.ts'
import type { Storage } from '../storage/storage.ts'
import { manifestFile } from './manifest-schema.ts'
import { parseManifest } from './parse-manifest.ts'
import type { Patch, PatchContents } from './patch.ts'
import { patchFiles } from './patch-files.ts'
import { patchOfFiles } from './patch-of-files.ts'

export interface CreatePatchOptions extends PatchContents {
  /** Default folder for `patch.save`. */
  readonly storage?: Storage | undefined
}

/**
 * Creates a patch from a manifest and a prefix, which is copied. `INVALID_ARGUMENT` lists every bad field of the manifest at
 * once; `SHAPE_MISMATCH` and `NOT_FINITE` are for a prefix that does not match the manifest.
 */
export async function createPatch({ manifest, prefix, storage }: CreatePatchOptions): Promise<Patch> {
  const copy = copyOf(prefix)
  const files = await patchFiles({ manifest, prefix: copy })
  const written = parseManifest(files[manifestFile] as Uint8Array)
  return patchOfFiles({ manifest: written, prefix: copy }, files, storage)
}

function copyOf({ length, embeddings, parts, gate }: Prefix): Prefix {
  const own = parts?.map(({ prefix, weight }) => ({ prefix: copyOf(prefix), weight }))
  return { length, embeddings: embeddings.slice(), ...(own && { parts: own }), ...(gate && { gate }) }
}
