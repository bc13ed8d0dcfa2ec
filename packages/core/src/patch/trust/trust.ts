import { PatchError } from '../../errors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { StoredPlace } from '../../storage/place.ts'
import type { Patch, PatchContents } from '../patch.ts'
import { isSigned, signatureFile } from '../signing/signature-files.ts'
import { type TrustedSigner, trustedKey } from '../signing/signer.ts'
import { type VerifiedPatch, verifySignatures } from '../signing/verify-signatures.ts'

/**
 * Decides which patches may be used. `readPatch` and patch stores have it verify the bytes that they read, and `applyPatch`
 * checks that it verified the very object being applied: nothing is read twice, and a copy with another prefix is refused.
 */
export interface Trust {
  readonly specificationVersion: 'v1'
  /**
   * Verifies a patch.
   *
   * @param place the folder that it was read from, which must contain nothing else
   * @throws PatchError `SIGNATURE_INVALID`, `NOT_TRUSTED`
   */
  verify(patch: Patch, place?: StoredPlace): Promise<VerifiedPatch>
  /** Throws `SIGNATURE_INVALID` for a patch that this trust did not verify, `NOT_TRUSTED` for a model that it is not for. */
  check(patch: PatchContents, model: Pick<LanguageModel, 'weightsDigest'>): void
}

/** Conditions beyond signatures; each throws `NOT_TRUSTED`. */
export interface TrustConditions {
  /** For a patch whose signatures were verified. */
  accept?(patch: Patch, verified: VerifiedPatch): void
  /** For an accepted patch and the model that it is applied to. */
  fits?(patch: PatchContents, model: Pick<LanguageModel, 'weightsDigest'>): void
}

/**
 * Trusts patches signed by one of the signers.
 *
 * @param signers signers, or PEMs of public keys
 * @throws PatchError `INVALID_ARGUMENT` for an invalid public key
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

/** Everything in a folder that must be signed; undefined if the storage cannot list it, as over HTTP. */
async function namesIn({ storage, path }: StoredPlace): Promise<readonly string[] | undefined> {
  try {
    return (await storage.list(path)).filter((name) => isSigned(name) && name !== '.incoming')
  } catch (error) {
    if (error instanceof PatchError && error.code === 'UNSUPPORTED') return undefined
    throw error
  }
}

/** A one-line notice about a patch that is used without a trust policy. */
export function unverified({
  manifest: { name, version },
  files,
}: Pick<Patch, 'manifest' | 'files'>): string {
  const isSigned = files[signatureFile] !== undefined
  return `${name} ${version} ${isSigned ? 'is signed, but was not verified: there is no trust policy' : 'is not signed'}`
}
