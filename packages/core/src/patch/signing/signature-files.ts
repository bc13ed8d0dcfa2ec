import type { StoredPlace } from '../../storage/place.ts'
import { readWithin } from '../../storage/storage.ts'
import type { PatchFiles } from '../patch.ts'

/**
 * The files beside a patch's own that say who made it. `model.sig` is the signature, named as in the model-signing package, and
 * further signers add `model.2.sig` to `model.8.sig`. Each is a separate bundle over the same files, so that anyone can add one
 * without touching the others. `provenance.sigstore.json` says how the patch was made; signatures cover it.
 */

export const signatureFile = 'model.sig'
export const provenanceFile = 'provenance.sigstore.json'

/** Names of signature files, in the order in which they are added. */
export const signatureFiles: readonly string[] = [
  signatureFile,
  ...Array.from({ length: 7 }, (_, i) => `model.${i + 2}.sig`),
]

/** Far more than a statement of 64 files needs. */
const mostSignatureBytes = 2 ** 20

/** The signatures and provenance in a folder, by name: signatures up to the first missing one. Errors as `readWithin`. */
export async function readSignatureFiles(
  { storage, path: folder }: StoredPlace,
  inside: string,
): Promise<PatchFiles> {
  const files: Record<string, Uint8Array> = {}
  const readIfThere = async (name: string): Promise<boolean> => {
    const path = `${folder}/${name}`
    if (!(await storage.exists(path))) return false
    files[name] = await readWithin(storage, path, mostSignatureBytes, { inside })
    return true
  }
  for (const name of signatureFiles) if (!(await readIfThere(name))) break
  await readIfThere(provenanceFile)
  return files
}

/** Top-level names in a folder that signatures do not cover. */
export const ignoredPaths = [...signatureFiles, '.git', '.gitattributes', '.github', '.gitignore']

/** Whether signatures cover a file, given its path in the folder. */
export const isSigned = (path: string): boolean => !ignoredPaths.includes(path.split('/')[0] as string)
