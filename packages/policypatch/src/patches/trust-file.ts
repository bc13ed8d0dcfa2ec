import { fileStorage } from '@policypatch/backend-node'
import {
  openTrust,
  parseTrustPolicy,
  type SignerOpener,
  type Trust,
  type TrustPolicy,
} from '@policypatch/core/patch'
import { importFile } from '../import-file.ts'
import { openRegistry } from '../open-registry.ts'

export interface TrustFileOptions {
  /** Path of the trusted root for verifying identities. Default: Sigstore's. */
  readonly trustedRoot?: string | undefined
}

/**
 * Opens the trust policy in a JSON file, or in the default export of a module, with signers by key, certificate and Sigstore
 * identity.
 *
 * @throws the errors of `parseTrustPolicy`, `openTrust` and, for a module, `MALFORMED` for one that cannot be run
 */
export async function readTrust(path: string, { trustedRoot }: TrustFileOptions = {}): Promise<Trust> {
  const isModule = /\.[cm]?[jt]s$/i.test(path)
  const policy = isModule
    ? ((await importFile(path)) as TrustPolicy)
    : parseTrustPolicy(await fileStorage().read(path), path)
  return openTrust(policy, { openSigner: openSigner(trustedRoot) })
}

/** Loads the verifier for certificates and identities only if a policy needs it. */
function openSigner(trustedRoot: string | undefined): SignerOpener {
  return async (signer, name) => {
    const { signerOpener } = await openRegistry()
    const root = trustedRoot === undefined ? undefined : await fileStorage().read(trustedRoot)
    return signerOpener({ trustedRoot: root })(signer, name)
  }
}
