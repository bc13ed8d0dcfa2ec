import { type SignedBy, type TrustedSigner, trustedKey } from '@policypatch/core/patch'
import { certificateIn, certificatesOf, faultOfChain, namesOf } from './certificate-path.ts'
import { spkiOf } from './certificate-signer.ts'

export interface TrustedCertificateOptions {
  /** PEM: the authorities that must have issued a certificate, directly or through intermediate ones in the signature. */
  readonly authorities: string
  /** The email address, URI or common name that the certificate must have. Absent: any that the authorities issued. */
  readonly subject?: string | undefined
  /** The signer's name in messages and reports. Default: the subject. */
  readonly name?: string | undefined
}

/**
 * Accepts signatures by the holder of a certificate, as model-signing's `certificate` mode does.
 *
 * @throws PatchError `INVALID_ARGUMENT` for invalid authorities
 */
export function trustedCertificate({ authorities, subject, name }: TrustedCertificateOptions): TrustedSigner {
  const roots = certificatesOf(authorities)
  return {
    specificationVersion: 'v1',
    async identify(signed, file): Promise<SignedBy | undefined> {
      if (signed.material.kind !== 'certificate') return undefined
      const chain = signed.material.chain.map(certificateIn).filter((one) => one !== undefined)
      const [own] = chain
      const isWhole = chain.length === signed.material.chain.length
      if (!own || !isWhole || faultOfChain(chain, roots) !== undefined) return undefined
      const names = namesOf(own)
      const id = subject ?? names[0] ?? own.fingerprint256
      if (subject !== undefined && !names.includes(subject)) return undefined
      const key = await trustedKey(spkiOf(own))
      const material = { kind: 'key', hint: key.id } as const
      // Throws if the signature does not match the signed content.
      await key.identify({ ...signed, material }, file)
      return { kind: 'certificate', name: name ?? id, id }
    },
  }
}
