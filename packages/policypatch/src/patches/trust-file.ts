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
  /** Path of the trusted root that identities are verified by. Default: that of Sigstore. */
  readonly trustedRoot?: string | undefined
}

/**
 * The trust policy in a JSON file, or the default export of a module, at work: with signers by key, certificate and Sigstore identity.
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

/** Loads what verifies certificates and identities where a policy has one. */
function openSigner(trustedRoot: string | undefined): SignerOpener {
  return async (signer, name) => {
    const { signerOpener } = await openRegistry()
    const root = trustedRoot === undefined ? undefined : await fileStorage().read(trustedRoot)
    return signerOpener({ trustedRoot: root })(signer, name)
  }
}
