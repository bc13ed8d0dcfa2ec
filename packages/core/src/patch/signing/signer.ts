import { PatchError } from '../../errors.ts'
import { preAuthEncoding, type SignedPayload, writeBundle } from './bundle.ts'
import { isSignatureOf, privateKey, publicKey, signBytes } from './keys.ts'

/** Makes signatures. Key signers are here; `@policypatch/registry` has those for certificates and Sigstore identities. */
export interface PatchSigner {
  readonly specificationVersion: 'v1'
  /** Signs an in-toto statement. Returns a Sigstore bundle v0.3 with it, as JSON. */
  sign(statement: Uint8Array): Promise<Uint8Array>
}

/** The verified author of a signature. */
export interface SignedBy {
  readonly kind: SignedPayload['material']['kind']
  /** The signer's name in the trust policy; otherwise the same as `id`. */
  readonly name: string
  /** SHA-256 of a key's PEM, the name in a certificate, or an identity and its issuer. */
  readonly id: string
}

/** A signer whose signatures are accepted. */
export interface TrustedSigner {
  readonly specificationVersion: 'v1'
  /**
   * Identifies a signature's author if it is this signer; undefined if it is another.
   *
   * @param file the signature's, for messages
   * @throws PatchError `SIGNATURE_INVALID` if it names this signer but is not a valid signature of its contents
   */
  identify(signed: SignedPayload, file: string): Promise<SignedBy | undefined>
}

/**
 * A signer with a private key.
 *
 * @param pem PKCS #8, without a passphrase, of the curve P-256, P-384 or P-521
 * @throws PatchError `INVALID_ARGUMENT` for any other key
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
 * Accepts signatures by a key.
 *
 * @param pem SubjectPublicKeyInfo of the curve P-256, P-384 or P-521
 * @param name used in messages and reports. Default: SHA-256 of the key's PEM
 * @throws PatchError `INVALID_ARGUMENT` for any other key
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
      // Without a hint, it may be another key's.
      if (material.hint === undefined) return undefined
      throw forgedSignature(file)
    },
  }
}

/** For a signature that names a trusted signer but is not theirs. */
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
