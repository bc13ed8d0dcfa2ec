import { PatchError } from '@policypatch/core'
import { parseJsonFile } from '@policypatch/core/platform'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { getTrustedRoot } from '@sigstore/tuf'
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify'

const remedy = 'Get it from whoever runs the Sigstore services, or leave it out for the public ones'

/** Far more than Sigstore's own has. A longer one is cut off, and so invalid. */
const mostBytes = 2 ** 20

/**
 * The authorities and logs in a trusted root's JSON; without it, those of Sigstore, fetched with The Update Framework and kept.
 *
 * @throws PatchError `MALFORMED`, `TRUNCATED`, `UNREACHABLE`
 */
export async function trustMaterial(json: Uint8Array | undefined): Promise<TrustMaterial> {
  if (json === undefined) return fetched()
  const value = parseJsonFile(json.subarray(0, mostBytes), 'the trusted root', remedy)
  try {
    const root = TrustedRoot.fromJSON(value)
    if (
      !/^application\/vnd\.dev\.sigstore\.trustedroot(\+json;version=0\.1|\.v0\.[12]\+json)$/.test(
        root.mediaType,
      )
    ) {
      throw new TypeError(`media type ${root.mediaType}`)
    }
    return toTrustMaterial(root)
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: "a trusted root's JSON (application/vnd.dev.sigstore.trustedroot)",
      found: cause instanceof Error ? cause.message : String(cause),
      remedy,
      cause,
    })
  }
}

async function fetched(): Promise<TrustMaterial> {
  try {
    return toTrustMaterial(await getTrustedRoot())
  } catch (cause) {
    throw new PatchError('UNREACHABLE', {
      expected: "Sigstore's trusted root",
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Check the network, or pass a trusted root',
      cause,
    })
  }
}
