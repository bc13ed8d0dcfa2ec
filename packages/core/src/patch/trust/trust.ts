import { PatchError } from '../../errors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { StoredPlace } from '../../storage/place.ts'
import type { Patch, PatchContents } from '../patch.ts'
import { isSigned, signatureFile } from '../signing/signature-files.ts'
import { type TrustedSigner, trustedKey } from '../signing/signer.ts'
import { type VerifiedPatch, verifySignatures } from '../signing/verify-signatures.ts'

/**
 * Decides which patches are used. `readPatch` and a store have it verify the bytes that they have read, and `applyPatch` asks whether it
 * has verified the very object that is applied: nothing is read twice, and a copy with another prefix is not taken.
 */
export interface Trust {
  readonly specificationVersion: 'v1'
  /**
   * Verifies a patch.
   *
   * @param place the folder that it was read from, in which nothing else may be
   * @throws PatchError `SIGNATURE_INVALID`, `NOT_TRUSTED`
   */
  verify(patch: Patch, place?: StoredPlace): Promise<VerifiedPatch>
  /** Throws `SIGNATURE_INVALID` for a patch that this trust has not verified, and `NOT_TRUSTED` for another model than it is for. */
  check(patch: PatchContents, model: Pick<LanguageModel, 'weightsDigest'>): void
}

/** What a trust asks beyond signatures; each throws `NOT_TRUSTED`. */
export interface TrustConditions {
  /** Of a patch whose signatures are verified. */
  accept?(patch: Patch, verified: VerifiedPatch): void
  /** Of a patch that was accepted, for the model that it is applied to. */
  fits?(patch: PatchContents, model: Pick<LanguageModel, 'weightsDigest'>): void
}

/**
 * Trusts what one of the signers has signed.
 *
 * @param signers other signers, or the PEM of public keys
 * @throws PatchError `INVALID_ARGUMENT` for what is no public key
 */
export async function trustSigners(
  signers: readonly (TrustedSigner | string)[],
  conditions: TrustConditions = {},
): Promise<Trust> {
  const trusted: TrustedSigner[] = []
  for (const signer of signers) trusted.push(typeof signer === 'string' ? await trustedKey(signer) : signer)
  const verified = new WeakSet<object>()
  return {
    specificationVersion: 'v1',
    async verify(patch, place) {
      const names = place && (await namesIn(place))
      const found = await verifySignatures(patch.files, trusted, names)
      conditions.accept?.(patch, found)
      verified.add(patch)
      return found
    },
    check(patch, model) {
      if (verified.has(patch)) return conditions.fits?.(patch, model)
      const { name, version } = patch.manifest
      throw new PatchError('SIGNATURE_INVALID', {
        expected: 'a patch whose signatures were verified when it was read',
        found: `${name} ${version}, which was read without, or made here`,
        remedy: 'Read it with the same trust: readPatch(place, { trust })',
      })
    },
  }
}

/** What is in a folder and would have to be signed; undefined where the storage cannot tell, as over HTTP. */
async function namesIn({ storage, path }: StoredPlace): Promise<readonly string[] | undefined> {
  try {
    return (await storage.list(path)).filter((name) => isSigned(name) && name !== '.incoming')
  } catch (error) {
    if (error instanceof PatchError && error.code === 'UNSUPPORTED') return undefined
    throw error
  }
}

/** What is to be said, in one line, of a patch that is used without a trust policy. */
export function unverified({
  manifest: { name, version },
  files,
}: Pick<Patch, 'manifest' | 'files'>): string {
  const isSigned = files[signatureFile] !== undefined
  return `${name} ${version} ${isSigned ? 'is signed, but was not verified: there is no trust policy' : 'is not signed'}`
}
