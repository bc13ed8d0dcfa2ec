/**
 * Signed patches, following OpenSSF model signing: an in-toto statement lists every file of a patch's folder with its digest
 * (statement), a DSSE envelope in a Sigstore bundle signs it (bundle), and the bundle is stored beside the files as `model.sig`.
 * This is interoperable with the Python package `model-signing`, in both directions: by keys in Node and in the browser, by
 * certificates and identities with `@policypatch/registry`.
 */

import { PatchError } from '../../errors.ts'
import { type Place, plainPath, type StoredPlace, storedAt } from '../../storage/place.ts'
import type { PatchFiles } from '../patch.ts'
import { readPatchFiles } from '../release/patch-folder.ts'
import { readBundle } from './bundle.ts'
import { provenanceOf } from './provenance.ts'
import { isSigned, provenanceFile, signatureFile, signatureFiles } from './signature-files.ts'
import { keySigner, type PatchSigner } from './signer.ts'
import { checkFiles, parseStatement, statementOf } from './statement.ts'

export interface SignPatchOptions {
  /** The signer, or the PEM of a private key (PKCS #8, without a passphrase; P-256, P-384 or P-521). */
  readonly signer: PatchSigner | string
  /** The version of policypatch, for the provenance. */
  readonly version?: string | undefined
}

/**
 * Signs the patch in a folder: every file there, which must be exactly those that patch.json lists. Writes
 * `provenance.sigstore.json`, which says how the patch was made, and `model.sig` over all of them, replacing all existing
 * signatures and provenance.
 *
 * @throws the errors of `readPatch`; `INVALID_ARGUMENT` for an unsupported key, and for files that do not belong to the patch
 */
export async function signPatch(place: Place, { signer, version }: SignPatchOptions): Promise<void> {
  const at = folderOf(place)
  const by = await signerOf(signer)
  const { manifest, files } = await wholeFolder(at)
  const { [provenanceFile]: _, ...own } = files
  const provenance = await by.sign(utf8(await provenanceOf(manifest, own, version)))
  const signature = await by.sign(
    utf8(await statementOf(manifest.name, { ...own, [provenanceFile]: provenance })),
  )
  for (const name of signatureFiles) if (files[name]) await at.storage.remove(`${at.path}/${name}`)
  await at.storage.write(`${at.path}/${provenanceFile}`, provenance)
  await at.storage.write(`${at.path}/${signatureFile}`, signature)
}

/**
 * Adds a signature to a signed patch, as `model.2.sig` and so on, over the same files, which must be unchanged, including the
 * provenance. Does not check who made the existing signatures: verify them before.
 *
 * @returns the name of the signature's file
 * @throws the errors of `readPatch`; `SIGNATURE_INVALID` for a patch that differs from what was signed; `INVALID_ARGUMENT` for a
 *   patch that is not signed, or has eight signatures
 */
export async function addSignature(
  place: Place,
  { signer }: Pick<SignPatchOptions, 'signer'>,
): Promise<string> {
  const at = folderOf(place)
  const by = await signerOf(signer)
  const { manifest, files } = await wholeFolder(at)
  const free = signatureFiles.find((name) => !files[name])
  if (free === undefined || free === signatureFile) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a signed patch with fewer than ${signatureFiles.length} signatures in ${at.path}`,
      found: free === undefined ? 'as many' : 'one that is not signed',
      remedy: free === undefined ? 'Sign it anew' : 'Sign it first; a further signature is of the same files',
    })
  }
  for (const name of signatureFiles) {
    const bytes = files[name]
    if (bytes) await checkFiles(await parseStatement(readBundle(bytes, name).payload), files)
  }
  await at.storage.write(`${at.path}/${free}`, await by.sign(utf8(await statementOf(manifest.name, files))))
  return free
}

const utf8 = (statement: unknown) => new TextEncoder().encode(JSON.stringify(statement))

const signerOf = async (signer: PatchSigner | string): Promise<PatchSigner> =>
  typeof signer === 'string' ? keySigner(signer) : signer

function folderOf(place: Place): StoredPlace {
  const { storage, path } = storedAt(place)
  return { storage, path: plainPath(path) }
}

/** A patch's files, signatures and provenance; the folder must contain nothing else. */
async function wholeFolder({ storage, path }: StoredPlace) {
  const {
    manifest,
    files,
  }: { manifest: Awaited<ReturnType<typeof readPatchFiles>>['manifest']; files: PatchFiles } =
    await readPatchFiles(storage, path, path)
  const stray = (await storage.list(path)).filter(
    // A provenance without a signature remains from an interrupted signing.
    (name) => isSigned(name) && name !== provenanceFile && files[name] === undefined,
  )
  if (stray.length === 0) return { manifest, files }
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `only files that patch.json lists in ${path}`,
    found: stray.join(', '),
    remedy: 'Remove them, or list them in patch.json: what is signed is all that is there',
  })
}
