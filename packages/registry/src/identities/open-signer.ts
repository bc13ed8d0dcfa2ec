import type { SignerOpener } from '@policypatch/core/patch'
import { trustedCertificate } from './trusted-certificate.ts'
import { trustedIdentity } from './trusted-identity.ts'

export interface SignerOpenerOptions {
  /** JSON of the authorities and logs to verify identities with. Absent: those of Sigstore, which are fetched and kept. */
  readonly trustedRoot?: Uint8Array | undefined
}

/** Opens the certificates and identities of a trust policy as signers, for `openTrust`. */
export const signerOpener =
  ({ trustedRoot }: SignerOpenerOptions = {}): SignerOpener =>
  async (signer, name) =>
    'identity' in signer
      ? trustedIdentity({ ...signer, name, trustedRoot })
      : trustedCertificate({ authorities: signer.certificateAuthority, subject: signer.subject, name })
