import { PatchError } from '@policypatch/core'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { getTrustedRoot } from '@sigstore/tuf'
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify'

/** Far more than Sigstore's own has. */
const mostBytes = 2 ** 20

/**
 * The authorities and logs of a trusted root's JSON; without one those of Sigstore, fetched by The Update Framework and kept.
 *
 * @throws PatchError `MALFORMED`, `UNREACHABLE`
 */
export async function trustMaterial(json: Uint8Array | undefined): Promise<TrustMaterial> {
  if (json === undefined) return fetched()
  try {
    if (json.length > mostBytes) throw new RangeError(`${json.length} bytes, more than ${mostBytes}`)
    const root = TrustedRoot.fromJSON(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)))
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
      remedy: 'Get it from whoever runs the Sigstore services, or leave it out for the public ones',
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
