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
  /** A token of an OpenID Connect issuer for the audience `sigstore`, such as CI services give. It is sent to the authority alone. */
  readonly identityToken: string
  /** The certificate authority, Fulcio. Default: Sigstore's public one. */
  readonly authority?: string | undefined
  /** The transparency log, Rekor. Default: Sigstore's public one. */
  readonly log?: string | undefined
}

/** Milliseconds that a service has to answer, and how often it is asked again. */
const [timeout, retry] = [15_000, { retries: 2, minTimeout: 250 }]

/**
 * Signs with a Sigstore identity: a key that is made for each signature, a certificate of it for the token's identity, and an entry
 * in a public log. No key is kept; the identity, the patch's name and the digests of its files become public.
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

/** The bundle with what protobuf's JSON leaves out, the first place in a log and an empty list, for readers that want it. */
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
    // The library's message has the token in it.
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
