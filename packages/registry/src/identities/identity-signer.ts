import { PatchError } from '@policypatch/core'
import type { PatchSigner } from '@policypatch/core/patch'
import { bundleToJSON, type SerializedBundle } from '@sigstore/bundle'
import {
  DEFAULT_FULCIO_URL,
  DEFAULT_REKOR_URL,
  DSSEBundleBuilder,
  FulcioSigner,
  InternalError,
  RekorWitness,
} from '@sigstore/sign'

export interface IdentitySignerOptions {
  /**
   * A token of an OpenID Connect issuer for the audience `sigstore`, such as CI services provide. It is sent only to the
   * authority.
   */
  readonly identityToken: string
  /** The certificate authority, Fulcio. Default: Sigstore's public one. */
  readonly authority?: string | undefined
  /** The transparency log, Rekor. Default: Sigstore's public one. */
  readonly log?: string | undefined
}

/** Milliseconds that a service has to answer, and how to retry. */
const [timeout, retry] = [15_000, { retries: 2, minTimeout: 250 }]

/**
 * Signs with a Sigstore identity: a new key for each signature, a certificate of it for the token's identity, and an entry in a
 * public log. No key is kept. The identity, the patch's name and the digests of its files become public.
 */
export function identitySigner({
  identityToken,
  authority: fulcioBaseURL = DEFAULT_FULCIO_URL,
  log: rekorBaseURL = DEFAULT_REKOR_URL,
}: IdentitySignerOptions): PatchSigner {
  return {
    specificationVersion: 'v1',
    async sign(statement) {
      const builder = new DSSEBundleBuilder({
        signer: new FulcioSigner({
          ...{ fulcioBaseURL, timeout, retry },
          identityProvider: { getToken: async () => identityToken },
        }),
        witnesses: [new RekorWitness({ rekorBaseURL, timeout, retry })],
        certificateChain: false,
      })
      const artifact = { data: Buffer.from(statement), type: 'application/vnd.in-toto+json' }
      try {
        const bundle = withDefaults(bundleToJSON(await builder.create(artifact)))
        return new TextEncoder().encode(`${JSON.stringify(bundle)}\n`)
      } catch (error) {
        throw refusal(error, { authority: fulcioBaseURL, log: rekorBaseURL })
      }
    },
  }
}

/** Adds the defaults that protobuf's JSON omits, the first index in a log and an empty list, for readers that require them. */
function withDefaults(bundle: SerializedBundle): SerializedBundle {
  const { verificationMaterial: material } = bundle
  const first: Record<string, unknown> = { logIndex: '0', hashes: [] }
  const tlogEntries = material.tlogEntries.map((entry) => ({
    ...entry,
    ...(entry.inclusionProof && { inclusionProof: { ...first, ...entry.inclusionProof } }),
  }))
  return { ...bundle, verificationMaterial: { ...material, tlogEntries } } as SerializedBundle
}

function refusal(error: unknown, places: { readonly authority: string; readonly log: string }): unknown {
  if (!(error instanceof InternalError)) return error
  if (error.code.startsWith('IDENTITY_TOKEN')) {
    // The library's message contains the token.
    return new PatchError('INVALID_ARGUMENT', {
      expected: 'a token of an OpenID Connect issuer (a JWT)',
      found: 'a text that is none',
      remedy: 'Get a token for the audience sigstore from your CI service or issuer',
    })
  }
  const place = error.code.startsWith('CA_') ? places.authority : places.log
  const status = (error.cause as { readonly statusCode?: number } | undefined)?.statusCode
  return new PatchError(status !== undefined && status < 500 ? 'REQUEST_REFUSED' : 'UNREACHABLE', {
    expected: `an answer of ${place}`,
    found: error.message,
    remedy: 'Check its address, and that the token is new and for the audience sigstore',
    cause: error.cause,
  })
}
