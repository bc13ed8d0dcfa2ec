import { sha256 } from '../../sha256.ts'
import { plainPath } from '../../storage/place.ts'
import { readWithin, type Storage } from '../../storage/storage.ts'
import type { PatchManifest } from '../manifest.ts'
import type { PatchFiles } from '../patch.ts'
import {
  adapterWeightsFile,
  gatesFile,
  manifestFile,
  parseManifest,
  partsWeightsFile,
} from './parse-manifest.ts'

/**
 * Where a patch that replaces another is written first. PEFT requires fixed file names, and a Storage only replaces single files,
 * so that for a moment the folder mixes new and old files. During that time the copy here is complete.
 */
export const stagingFolder = (directory: string) => `${plainPath(directory)}/.incoming`

/** The path of the patch.json in a folder, or in the remains of an interrupted replacement; undefined if there is none. */
export async function heldManifest(storage: Storage, directory: string): Promise<string | undefined> {
  for (const folder of [plainPath(directory), stagingFolder(directory)]) {
    if (await storage.exists(`${folder}/${manifestFile}`)) return `${folder}/${manifestFile}`
  }
  return undefined
}

const megabyte = 2 ** 20
/** Limit for patch.json and texts such as the model card: a hundred times what they need. */
const mostTextBytes = 4 * megabyte
/** Limit for all files of a patch together: a thousand times what they need. */
const mostBytes = 256 * megabyte

/** Maximum bytes read of patch.json. */
export const mostManifestBytes = mostTextBytes

/** Maximum bytes of a file according to the manifest: numbers of at most eight bytes, and a header. */
function mostBytesOf(name: string, { base, prefix }: PatchManifest): number {
  if (name === adapterWeightsFile || name === partsWeightsFile) {
    return 8 * prefix.length * base.hiddenSize + megabyte
  }
  if (name !== gatesFile) return mostTextBytes
  const units = [prefix.gate, ...(prefix.parts ?? []).map((part) => part.gate)].map(
    (gate) => gate?.units ?? 0,
  )
  return units.reduce((sum, k) => sum + 8 * (k + 2) * (2 * base.hiddenSize + 2), megabyte)
}

/**
 * The manifest of a patch and the contents of its files: those that it lists, with their digests checked, and for a signed patch
 * the signatures and provenance, which are not verified. Ignores everything else in the folder, follows no links, and reads no
 * file longer than it can be.
 *
 * @param inside folder that no file may leave through a link
 * @throws the errors of `readPatch` for files that are missing, truncated, altered or malformed
 */
export async function readPatchFiles(
  storage: Storage,
  folder: string,
  inside: string,
): Promise<{ readonly manifest: PatchManifest; readonly files: PatchFiles }> {
  const manifestPath = `${folder}/${manifestFile}`
  const manifestBytes = await readWithin(storage, manifestPath, mostManifestBytes, { inside })
  const manifest = parseManifest(manifestBytes, manifestPath)
  const files: Record<string, Uint8Array> = { [manifestFile]: manifestBytes }
  let left = mostBytes
  for (const [name, digest] of Object.entries(manifest.files ?? {})) {
    const path = `${folder}/${name}`
    const most = Math.min(left, mostBytesOf(name, manifest))
    const bytes = await readWithin(storage, path, most, { inside })
    if ((await sha256(bytes)) !== digest) {
      const { otherDigest } = await import('./other-digest.ts')
      throw await otherDigest(path, bytes, digest)
    }
    left -= bytes.length
    files[name] = bytes
  }
  if (await storage.exists(`${folder}/model.sig`)) {
    const { readSignatureFiles } = await import('../signing/signature-files.ts')
    Object.assign(files, await readSignatureFiles({ storage, path: folder }, inside))
  }
  return { manifest, files }
}
