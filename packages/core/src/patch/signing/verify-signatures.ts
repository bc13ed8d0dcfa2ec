import { PatchError } from '../../errors.ts'
import type { PatchFiles } from '../patch.ts'
import { manifestFile, parseManifest } from '../release/parse-manifest.ts'
import { readBundle, type SignatureMaterial, type SignedPayload } from './bundle.ts'
import { checkProvenance, type Provenance, parseProvenance } from './provenance.ts'
import { provenanceFile, signatureFile, signatureFiles } from './signature-files.ts'
import type { SignedBy, TrustedSigner } from './signer.ts'
import { checkFiles, parseStatement } from './statement.ts'

/** The result of verification. */
export interface VerifiedPatch {
  /** Trusted signers of all files, without duplicates. */
  readonly signers: readonly SignedBy[]
  /** How the patch was made, according to one of them; undefined if there is no provenance. */
  readonly provenance: Provenance | undefined
  /** Names of the signed files. */
  readonly files: readonly string[]
}

/**
 * Verifies a patch's files by the signatures among them. Signatures by others than the trusted signers are not checked: what a
 * stranger adds to a patch does not invalidate it.
 *
 * @param names of everything in the folder, if not all of it was read
 * @throws PatchError `SIGNATURE_INVALID` if there is no signature, none by a trusted signer, or one by a trusted signer that is
 *   not over these files; also for a provenance by another signer, or of another patch
 */
export async function verifySignatures(
  files: PatchFiles,
  signers: readonly TrustedSigner[],
  names: readonly string[] = Object.keys(files),
): Promise<VerifiedPatch> {
  if (!files[signatureFile]) {
    throw new PatchError('SIGNATURE_INVALID', {
      expected: 'a signed patch',
      found: `no ${signatureFile}`,
      remedy: 'Ask its publisher for the signed release',
    })
  }
  const found: SignedBy[] = []
  const strangers: SignatureMaterial[] = []
  let signed: readonly string[] = []
  for (const name of signatureFiles) {
    const bytes = files[name]
    if (!bytes) continue
    const bundle = readBundle(bytes, name)
    const by = await identify(bundle, signers, name)
    if (!by) {
      strangers.push(bundle.material)
      continue
    }
    const statement = await parseStatement(bundle.payload)
    await checkFiles(statement, files, names)
    signed = statement.predicate.resources.map((one) => one.name)
    if (!found.some((one) => one.name === by.name)) found.push(by)
  }
  if (found.length === 0) throw noneTrusted(signers.length, strangers)
  return { signers: found, provenance: await verifiedProvenance(files, signers), files: signed }
}

async function identify(
  bundle: SignedPayload,
  signers: readonly TrustedSigner[],
  file: string,
): Promise<SignedBy | undefined> {
  for (const signer of signers) {
    const by = await signer.identify(bundle, file)
    if (by) return by
  }
  return undefined
}

/** The provenance, which must also be signed by a trusted signer, and of these files. */
async function verifiedProvenance(
  files: PatchFiles,
  signers: readonly TrustedSigner[],
): Promise<Provenance | undefined> {
  const { [provenanceFile]: bytes, [manifestFile]: manifest } = files
  if (!bytes || !manifest) return undefined
  const bundle = readBundle(bytes, provenanceFile)
  if (!(await identify(bundle, signers, provenanceFile))) throw noneTrusted(signers.length, [bundle.material])
  const provenance = parseProvenance(bundle.payload)
  await checkProvenance(provenance, parseManifest(manifest), files)
  return provenance
}

function noneTrusted(count: number, by: readonly SignatureMaterial[]): PatchError {
  const described = by.map((material) => {
    if (material.kind !== 'key')
      return `one by ${material.kind === 'identity' ? 'an identity' : 'a certificate'}`
    return material.hint === undefined
      ? 'one by another key'
      : `one by the key ${material.hint.slice(0, 16)}…`
  })
  return new PatchError('SIGNATURE_INVALID', {
    expected: `a signature by ${count === 1 ? 'the given signer' : `one of ${count} given signers`}`,
    found: described.join(', ') || 'none',
    remedy: "Check that the key or identity is the publisher's, from a place that you trust",
  })
}
