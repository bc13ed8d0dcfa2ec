import type { X509Certificate } from 'node:crypto'
import { PatchError } from '@policypatch/core'
import { keySigner, type PatchSigner, readBundle, trustedKey, writeBundle } from '@policypatch/core/patch'
import { certificatesOf } from './certificate-path.ts'

export interface CertificateSignerOptions {
  /** PEM (PKCS #8, without a passphrase) of the curve P-256, P-384 or P-521. */
  readonly privateKey: string
  /** PEM: the signer's certificate. */
  readonly certificate: string
  /** PEM: the certificates between it and the authority's, each issued by the next. */
  readonly chain?: string | undefined
}

/**
 * Signs with a key and its X.509 certificate, as model-signing's `certificate` mode does.
 *
 * @throws PatchError `INVALID_ARGUMENT` for an invalid key or certificate, and for a certificate of another key
 */
export async function certificateSigner(options: CertificateSignerOptions): Promise<PatchSigner> {
  const key = await keySigner(options.privateKey)
  const chain = [options.certificate, ...(options.chain === undefined ? [] : [options.chain])].flatMap(
    certificatesOf,
  )
  const [own] = chain as [X509Certificate, ...X509Certificate[]]
  const public_ = await trustedKey(spkiOf(own))
  return {
    specificationVersion: 'v1',
    async sign(statement) {
      const signed = readBundle(await key.sign(statement), 'the signature')
      const isOwn = signed.material.kind === 'key' && signed.material.hint === public_.id
      if (!isOwn) {
        throw new PatchError('INVALID_ARGUMENT', {
          expected: 'the certificate of the private key',
          found: `one of another key, for ${own.subject || 'nobody'}`,
          remedy: 'Pass the certificate that was issued for this key, first in its file',
        })
      }
      return writeBundle({ ...signed, material: { kind: 'certificate', chain: chain.map(({ raw }) => raw) } })
    },
  }
}

/** PEM of a certificate's public key. */
export const spkiOf = ({ publicKey }: X509Certificate): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()
