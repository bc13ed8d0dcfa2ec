/**
 * Signed patches, after OpenSSF model signing: an in-toto statement lists every file of a patch's folder with its digest
 * (statement), a DSSE envelope in a Sigstore bundle signs it (bundle), and the bundle lies beside the files as `model.sig`. The
 * Python package `model-signing` verifies what is signed here, and what it signs with a key is verified here, in Node and in
 * the browser.
 */

import { PatchError } from '../../errors.ts'
import { type Place, plainPath, type StoredPlace, storedAt } from '../../storage/place.ts'
import { readWithin, type Storage } from '../../storage/storage.ts'
import { manifestFile } from '../release/parse-manifest.ts'
import { readPatchFiles } from '../release/patch-folder.ts'
import { preAuthEncoding, readBundle, writeBundle } from './bundle.ts'
import { isSignatureOf, privateKey, publicKey, type SigningKey, signBytes } from './keys.ts'
import {
  checkFiles,
  isSigned,
  parseStatement,
  type Statement,
  signatureFile,
  statementOf,
} from './statement.ts'

/** Far more than a statement of 64 files takes. */
const mostSignatureBytes = 2 ** 20
const mostFileBytes = 2 ** 28
const mostFiles = 64

export interface SignPatchOptions {
  /** PEM (PKCS #8, without a passphrase) of the curve P-256, P-384 or P-521. */
  readonly privateKey: string
}

/**
 * Signs the patch in a folder: every file there is, which must be those that patch.json lists. Writes `model.sig` beside them, in
 * place of one that is there.
 *
 * @throws the errors of `readPatch`; `INVALID_ARGUMENT` for another key, and for files that do not belong to the patch
 */
export async function signPatch(place: Place, options: SignPatchOptions): Promise<void> {
  const { storage, path } = storedAt(place)
  const folder = plainPath(path)
  const key = await privateKey(options.privateKey)
  const { manifest, files } = await readPatchFiles(storage, folder, folder)
  const stray = (await storage.list(folder)).filter((name) => isSigned(name) && files[name] === undefined)
  if (stray.length > 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `only files that patch.json lists in ${folder}`,
      found: stray.join(', '),
      remedy: 'Remove them, or list them in patch.json: what is signed is all that is there',
    })
  }
  const statement = await statementOf(manifest.name, files)
  const payload = new TextEncoder().encode(JSON.stringify(statement))
  const signature = await signBytes(key, preAuthEncoding(payload))
  await storage.write(`${folder}/${signatureFile}`, writeBundle({ payload, signature, hint: key.hint }))
}

export interface VerifyPatchOptions {
  /** PEM of the public keys of which one must have signed. */
  readonly publicKeys: readonly string[]
}

/** Who signed a patch. */
export interface VerifiedPatch {
  /** SHA-256 of the public key's PEM. */
  readonly key: string
  /** Files that are signed. */
  readonly files: readonly string[]
}

/**
 * Verifies that the folder of a patch is what one of the keys signed: each file is there as it was, and no other.
 *
 * @throws PatchError `SIGNATURE_INVALID` for a folder without a signature, another key, a signature over other content, and for
 *   files that are changed, missing, added, renamed or links; `INVALID_ARGUMENT` for what is no public key
 */
export async function verifyPatch(place: Place, { publicKeys }: VerifyPatchOptions): Promise<VerifiedPatch> {
  const { storage, path } = storedAt(place)
  const folder = plainPath(path)
  const files = await signedFiles(storage, folder)
  const { key, statement } = await signedStatement(storage, folder, publicKeys)
  await checkFiles(statement, files)
  return { key: key.hint, files: Object.keys(files) }
}

/**
 * Holds files of a patch that were read to the signature in their folder, so that what is used is what was verified. Throws as
 * {@link verifyPatch}.
 */
export async function verifyFiles(
  { storage, path: folder }: StoredPlace,
  read: Readonly<Record<string, Uint8Array>>,
  publicKeys: readonly string[],
): Promise<void> {
  const { statement } = await signedStatement(storage, folder, publicKeys)
  const names = (await storage.list(folder)).filter(isSigned)
  // What was not read is not used, but it is not as it was signed either.
  const others = names.filter((name) => read[name] === undefined).map((name) => [name, new Uint8Array()])
  await checkFiles(statement, { ...Object.fromEntries(others), ...read })
}

/** What one of the keys has signed of a folder. */
async function signedStatement(
  storage: Storage,
  folder: string,
  publicKeys: readonly string[],
): Promise<{ readonly key: SigningKey; readonly statement: Statement }> {
  const keys: SigningKey[] = []
  for (const pem of publicKeys) keys.push(await publicKey(pem))
  const name = `${folder}/${signatureFile}`
  if (!(await storage.exists(name))) {
    throw new PatchError('SIGNATURE_INVALID', {
      expected: `a signed patch in ${folder}`,
      found: `no ${signatureFile}`,
      remedy: 'Ask its publisher for the signed release',
    })
  }
  const { payload, signature, hint } = readBundle(
    await readWithin(storage, name, mostSignatureBytes, { inside: folder }),
    name,
  )
  const key = await signerOf(keys, payload, signature, hint)
  return { key, statement: await parseStatement(payload) }
}

async function signerOf(
  keys: readonly SigningKey[],
  payload: Uint8Array,
  signature: Uint8Array,
  hint: string | undefined,
): Promise<SigningKey> {
  const named = hint === undefined ? keys : keys.filter((key) => key.hint === hint)
  for (const key of named) if (await isSignatureOf(key, signature, preAuthEncoding(payload))) return key
  throw new PatchError('SIGNATURE_INVALID', {
    expected: `a signature by ${keys.length === 1 ? 'the given key' : `one of ${keys.length} given keys`}`,
    found:
      named.length === 0 ? `one by the key ${hint?.slice(0, 16)}…` : 'one that is not over what it holds',
    remedy:
      named.length === 0
        ? "Check that it is the publisher's key, from a place that you trust"
        : 'The signature is damaged or forged; download the patch again',
  })
}

/** All files of a patch's folder but its signature; a link or a folder among them cannot be read as one, and is refused. */
async function signedFiles(storage: Storage, folder: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const names = (await storage.list(folder)).filter(isSigned)
  if (names.length > mostFiles) {
    throw new PatchError('SIGNATURE_INVALID', {
      expected: `at most ${mostFiles} files in ${folder}`,
      found: `${names.length}`,
      remedy: 'The folder is no released patch; download it again',
    })
  }
  const files: Record<string, Uint8Array> = {}
  for (const name of names) {
    try {
      files[name] = await readWithin(storage, `${folder}/${name}`, mostFileBytes, { inside: folder })
    } catch (cause) {
      throw new PatchError('SIGNATURE_INVALID', {
        expected: `plain files alone in ${folder}, such as ${manifestFile}`,
        found: `${name}, which cannot be read as one`,
        remedy: 'The patch is not the one that was signed; download it again',
        cause,
      })
    }
  }
  return files
}
