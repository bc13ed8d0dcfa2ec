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
 * Where a patch that replaces another is written first. PEFT wants fixed file names, and a Storage replaces single
 * files only, so the new files stand among the old for a moment. Until then the copy here is whole.
 */
export const stagingFolder = (directory: string) => `${plainPath(directory)}/.incoming`

/** The path of the patch.json that a folder, or what an interrupted replacement left in it, holds; undefined where there is none. */
export async function heldManifest(storage: Storage, directory: string): Promise<string | undefined> {
  for (const folder of [plainPath(directory), stagingFolder(directory)]) {
    if (await storage.exists(`${folder}/${manifestFile}`)) return `${folder}/${manifestFile}`
  }
  return undefined
}

const megabyte = 2 ** 20
/** Of patch.json and of texts such as the model card: a hundred times what they have. */
const mostTextBytes = 4 * megabyte
/** Of all files of a patch together: a thousand times what they have. */
const mostBytes = 256 * megabyte

/** Bytes of patch.json that are read. */
export const mostManifestBytes = mostTextBytes

/** Bytes that a file can have by what the manifest says of it: numbers of at most eight bytes, and a header. */
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
 * The manifest of a patch, and the bytes of its files: those that it lists, their digests checked, and of a signed one the signatures
 * and the provenance, which are not verified. Nothing else in the folder is looked at, no link in it is followed, and no file is read
 * that is longer than it can be.
 *
 * @param inside the folder that none of the files may be outside of, by a link
 * @throws the errors of `readPatch` for files that are absent, cut short, altered or malformed
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
