import type { StoredPlace } from '../../storage/place.ts'
import { readWithin } from '../../storage/storage.ts'
import type { PatchFiles } from '../patch.ts'

/**
 * The files beside a patch's that say who made it. `model.sig` is the signature, as the model-signing package calls it, and further
 * signers add `model.2.sig` to `model.8.sig`: each is a bundle of its own over the same files, so that anyone can add one without
 * touching another. `provenance.sigstore.json` says how the patch was made; it is one of the files that signatures cover.
 */

export const signatureFile = 'model.sig'
export const provenanceFile = 'provenance.sigstore.json'

/** Names of signatures, in the order in which they are added. */
export const signatureFiles: readonly string[] = [
  signatureFile,
  ...Array.from({ length: 7 }, (_, i) => `model.${i + 2}.sig`),
]

/** Far more than a statement of 64 files takes. */
const mostSignatureBytes = 2 ** 20

/**
 * The signatures in a folder and the provenance, by their names: signatures up to the first that is not there. Errors as
 * `readWithin`.
 */
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

/** Names at the top of a folder that a signature is not about. */
export const ignoredPaths = [...signatureFiles, '.git', '.gitattributes', '.github', '.gitignore']

/** Whether a signature is about a file, by its path in the folder. */
export const isSigned = (path: string): boolean => !ignoredPaths.includes(path.split('/')[0] as string)
