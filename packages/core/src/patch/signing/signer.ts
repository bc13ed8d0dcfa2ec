import { PatchError } from '../../errors.ts'
import { preAuthEncoding, type SignedPayload, writeBundle } from './bundle.ts'
import { isSignatureOf, privateKey, publicKey, signBytes } from './keys.ts'

/** Makes signatures: by a key here; `@policypatch/registry` has those of certificates and of Sigstore identities. */
export interface PatchSigner {
  readonly specificationVersion: 'v1'
  /** Signs an in-toto statement: the JSON of a Sigstore bundle v0.3 with it. */
  sign(statement: Uint8Array): Promise<Uint8Array>
}

/** Who made a signature, as whoever verified it found out. */
export interface SignedBy {
  readonly kind: SignedPayload['material']['kind']
  /** What the trust policy calls the signer; else as `id`. */
  readonly name: string
  /** SHA-256 of a key's PEM, the name in a certificate, or an identity and who vouches for it. */
  readonly id: string
}

/** Somebody whose signatures are accepted. */
export interface TrustedSigner {
  readonly specificationVersion: 'v1'
  /**
   * Who made a signature, where it was this signer; undefined where it was made by another.
   *
   * @param file the signature's, for messages
   * @throws PatchError `SIGNATURE_INVALID` for one that names this signer and is not his over what it holds
   */
  identify(signed: SignedPayload, file: string): Promise<SignedBy | undefined>
}

/**
 * Signs with a key.
 *
 * @param pem PKCS #8, without a passphrase, of the curve P-256, P-384 or P-521
 * @throws PatchError `INVALID_ARGUMENT` for what is no such key
 */
export async function keySigner(pem: string): Promise<PatchSigner> {
  const key = await privateKey(pem)
  return {
    specificationVersion: 'v1',
    async sign(payload) {
      const signature = await signBytes(key, preAuthEncoding(payload))
      return writeBundle({ payload, signature, material: { kind: 'key', hint: key.hint } })
    },
  }
}

/**
 * Accepts what a key has signed.
 *
 * @param pem SubjectPublicKeyInfo of the curve P-256, P-384 or P-521
 * @param name what messages and reports call it. Default: SHA-256 of the key's PEM
 * @throws PatchError `INVALID_ARGUMENT` for what is no such key
 */
export async function trustedKey(
  pem: string,
  name?: string,
): Promise<TrustedSigner & { readonly id: string }> {
  const key = await publicKey(pem)
  const id = key.hint
  return {
    specificationVersion: 'v1',
    id,
    async identify({ payload, signature, material }, file) {
      if (material.kind !== 'key' || (material.hint !== undefined && material.hint !== id)) return undefined
      if (await isSignatureOf(key, signature, preAuthEncoding(payload))) {
        return { kind: 'key', name: name ?? id, id }
      }
      // Without a hint it may be another key's.
      if (material.hint === undefined) return undefined
      throw forgedSignature(file)
    },
  }
}

/** For a signature that names a trusted signer and is not his. */
export const forgedSignature = (
  file: string,
  found = 'one that is not over what it holds',
  cause?: unknown,
) =>
  new PatchError('SIGNATURE_INVALID', {
    expected: `a signature of the signer that ${file} names`,
    found,
    remedy: 'The signature is damaged or forged; download the patch again',
    cause,
  })
