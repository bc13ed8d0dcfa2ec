import { PatchError } from '../../errors.ts'
import { gatesOf } from '../../model/gate/gate.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { type Place, plainPath, storedAt } from '../../storage/place.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkPrefix } from '../check-prefix.ts'
import type { PrefixSummary } from '../manifest.ts'
import type { Patch, PatchContents, PatchFiles } from '../patch.ts'
import type { Trust } from '../trust/trust.ts'
import { withGates } from './gate-file.ts'
import {
  adapterConfigFile,
  adapterWeightsFile,
  gatesFile,
  manifestFile,
  partsWeightsFile,
  prefixFiles,
} from './parse-manifest.ts'
import { readPatchFiles, stagingFolder } from './patch-folder.ts'
import { readAdapter, readParts } from './peft-adapter.ts'

export interface ReadPatchOptions {
  /** Decides which patches to accept. The bytes it verifies are those that are used. Absent: no signature is required. */
  readonly trust?: Trust | undefined
}

/**
 * Reads a patch and checks all of it. Files that patch.json does not list are ignored, except signatures and provenance; links
 * are not followed, and files longer than the manifest says are not read. If a replacement was interrupted, this reads either the
 * old or the new patch.
 *
 * Throws `NOT_FOUND` for a missing file, a link, a device or a named pipe, `TRUNCATED` for a truncated file, `DIGEST_MISMATCH`
 * for an altered one, `MALFORMED`, `UNSUPPORTED` (a later format, a file that is too long), `SHAPE_MISMATCH`, `NOT_FINITE`; with
 * a trust `SIGNATURE_INVALID` and `NOT_TRUSTED`.
 */
export async function readPatch(place: Place, { trust }: ReadPatchOptions = {}): Promise<Patch> {
  const { storage, path } = storedAt(place)
  const folder = plainPath(path)
  const read = async (from: string) => {
    const patch = await readFolder(storage, from, folder)
    await trust?.verify(patch, { storage, path: from })
    return patch
  }
  try {
    return await read(folder)
  } catch (error) {
    // Only for errors that an interrupted replacement can cause.
    const isHalf = error instanceof PatchError && halves.includes(error.code)
    const staged = stagingFolder(folder)
    if (!isHalf || !(await storage.exists(`${staged}/${manifestFile}`))) throw error
    return await read(staged)
  }
}

const halves: readonly string[] = ['NOT_FOUND', 'TRUNCATED', 'DIGEST_MISMATCH', 'SIGNATURE_INVALID']

async function readFolder(storage: Storage, folder: string, inside: string): Promise<Patch> {
  if (!(await storage.exists(`${folder}/${manifestFile}`))) throw await notAPatch(storage, folder)
  const { manifest, files } = await readPatchFiles(storage, folder, inside)
  const named = (name: string) => ({ name: `${folder}/${name}`, bytes: files[name] as Uint8Array })
  const { parts } = manifest.prefix
  const whole = parts
    ? await readParts(named(partsWeightsFile), parts)
    : await readAdapter(named(adapterConfigFile), named(adapterWeightsFile))
  const gated = prefixFiles(manifest.prefix).includes(gatesFile)
  const open = gated ? await withGates(whole, manifest.prefix, named(gatesFile)) : whole
  const prefix = withSight(open, manifest.prefix)
  checkPrefix(prefix, [manifest.prefix.length, manifest.base.hiddenSize])
  return patchOfFiles({ manifest, prefix }, files)
}

/** Makes a prefix, or its parts, visible from everywhere if the manifest says so. */
function withSight(prefix: Prefix, summary: Partial<PrefixSummary>): Prefix {
  const { parts, alwaysVisible } = summary
  if (!prefix.parts) return alwaysVisible ? { ...prefix, alwaysVisible } : prefix
  const own = prefix.parts.map((part, i) => ({ ...part, prefix: withSight(part.prefix, parts?.[i] ?? {}) }))
  return { ...prefix, parts: own }
}

async function notAPatch(storage: Storage, folder: string): Promise<PatchError> {
  const isAdapter = await storage.exists(`${folder}/${adapterConfigFile}`)
  return new PatchError('NOT_FOUND', {
    expected: `${manifestFile} in ${folder}`,
    found: isAdapter ? 'a PEFT adapter without it' : 'none',
    remedy: isAdapter ? 'Read the prefix with importPeftPromptTuning' : 'Check the path',
  })
}

/** Number of learned parameters: those of the virtual tokens and the gates. */
const parametersOf = (prefix: Prefix): number =>
  gatesOf(prefix).reduce(
    (sum, gate) => sum + (gate ? gate.hidden.length + gate.hiddenBias.length + gate.output.length + 1 : 0),
    prefix.embeddings.length,
  )

/** A patch whose contents and files were checked against each other. */
export function patchOfFiles({ manifest, prefix }: PatchContents, files: PatchFiles): Patch {
  return {
    manifest,
    prefix,
    files,
    bytes: Object.values(files).reduce((sum, file) => sum + file.length, 0),
    parameters: parametersOf(prefix),
    async save(folder) {
      const { writePatch } = await import('./write-patch.ts')
      await writePatch(folder, { files })
    },
  }
}
