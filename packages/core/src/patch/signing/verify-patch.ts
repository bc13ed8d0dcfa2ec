import { PatchError } from '../../errors.ts'
import { type Place, plainPath, storedAt } from '../../storage/place.ts'
import { readWithin, type Storage } from '../../storage/storage.ts'
import type { PatchFiles } from '../patch.ts'
import { manifestFile } from '../release/parse-manifest.ts'
import { isSigned, readSignatureFiles } from './signature-files.ts'
import { type TrustedSigner, trustedKey } from './signer.ts'
import { type VerifiedPatch, verifySignatures } from './verify-signatures.ts'

const mostFileBytes = 2 ** 28
const mostFiles = 64

export interface VerifyPatchOptions {
  /** Accepted signers, one of whom must have signed: signers, or PEMs of public keys. */
  readonly signers: readonly (TrustedSigner | string)[]
}

/**
 * Verifies that a patch's folder contains exactly what one of the signers signed: each file unchanged, and no other. Its
 * provenance, if any, must also be signed by one of them, and belong to this patch.
 *
 * @throws PatchError `SIGNATURE_INVALID` for a folder without a signature, another signer, a signature over other content, and
 *   for files that are changed, missing, added, renamed or links; `INVALID_ARGUMENT` for an invalid public key
 */
export async function verifyPatch(place: Place, { signers }: VerifyPatchOptions): Promise<VerifiedPatch> {
  const { storage, path } = storedAt(place)
  const folder = plainPath(path)
  const trusted: TrustedSigner[] = []
  for (const signer of signers) trusted.push(typeof signer === 'string' ? await trustedKey(signer) : signer)
  return verifySignatures(await signedFiles(storage, folder), trusted)
}

/** All files of a patch's folder. A link or a folder among them cannot be read as a file, and is refused. */
async function signedFiles(storage: Storage, folder: string): Promise<PatchFiles> {
  const names = (await storage.list(folder)).filter(isSigned)
  if (names.length > mostFiles) {
    throw new PatchError('SIGNATURE_INVALID', {
      expected: `at most ${mostFiles} files in ${folder}`,
      found: `${names.length}`,
      remedy: 'The folder is no released patch; download it again',
    })
  }
  const files: Record<string, Uint8Array> = {}
  try {
    Object.assign(files, await readSignatureFiles({ storage, path: folder }, folder))
  } catch (cause) {
    throw noPlainFile('a signature', cause)
  }
  for (const name of names) {
    try {
      files[name] ??= await readWithin(storage, `${folder}/${name}`, mostFileBytes, { inside: folder })
    } catch (cause) {
      throw noPlainFile(name, cause)
    }
  }
  return files
}

const noPlainFile = (name: string, cause: unknown) =>
  new PatchError('SIGNATURE_INVALID', {
    expected: `plain files alone, such as ${manifestFile}`,
    found: `${name}, which cannot be read as one`,
    remedy: 'The patch is not the one that was signed; download it again',
    cause,
  })
