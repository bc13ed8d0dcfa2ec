import { isDeepStrictEqual } from 'node:util'
import { PatchError } from '@policypatch/core'
import type { SignedBy, TrustedSigner } from '@policypatch/core/patch'
import { type Bundle, bundleFromJSON, bundleToJSON, ValidationError } from '@sigstore/bundle'
import { X509Certificate } from '@sigstore/core'
import {
  PolicyError,
  type TrustMaterial,
  toSignedEntity,
  VerificationError,
  Verifier,
} from '@sigstore/verify'
import { certificateIn } from './certificate-path.ts'
import { isWholeProof } from './log-proof.ts'
import { trustMaterial } from './trusted-root.ts'

export interface TrustedIdentityOptions {
  /** The whole identity, as in the certificate: an email address, or the URI of a workflow. */
  readonly identity: string
  /** The URL of the OpenID Connect issuer that vouches for it. */
  readonly issuer: string
  /** JSON of the trusted authorities and logs. Absent: those of Sigstore, which are fetched and kept. */
  readonly trustedRoot?: Uint8Array | undefined
  /** The signer's name in messages and reports. Default: the identity. */
  readonly name?: string | undefined
}

/**
 * Accepts signatures by a Sigstore identity, made with a certificate for it whose issue and use are recorded in trusted logs.
 *
 * @throws PatchError `MALFORMED` for an invalid trusted root; `UNREACHABLE` if Sigstore's cannot be fetched
 */
export async function trustedIdentity(options: TrustedIdentityOptions): Promise<TrustedSigner> {
  const { identity, issuer, name = identity } = options
  const material = await trustMaterial(options.trustedRoot)
  return {
    specificationVersion: 'v1',
    async identify(signed, file): Promise<SignedBy | undefined> {
      if (signed.material.kind !== 'identity') return undefined
      const bundle = bundleOf(signed.material.bundle, file)
      if (namedIn(bundle) !== identity) return undefined
      const found = verified(bundle, material, file)
      // The library treats an identity as a pattern, so it is compared here.
      if (found.subject !== identity || found.issuer !== issuer) return undefined
      return { kind: 'identity', name, id: `${identity} (${issuer})` }
    },
  }
}

function verified(bundle: Bundle, material: TrustMaterial, file: string) {
  try {
    const { identity } = new Verifier(material).verify(toSignedEntity(bundle))
    return { subject: identity?.subjectAlternativeName, issuer: identity?.extensions?.issuer }
  } catch (cause) {
    throw invalid(file, cause)
  }
}

/** The identity that a bundle's certificate claims to be for. */
function namedIn({ verificationMaterial: { content } }: Bundle): string | undefined {
  if (content.$case !== 'certificate') return undefined
  try {
    return X509Certificate.parse(Buffer.from(content.certificate.rawBytes)).subjectAltName
  } catch {
    return undefined
  }
}

/** A bundle that is read completely: what is not read is not verified. */
function bundleOf(json: Readonly<Record<string, unknown>>, file: string): Bundle {
  try {
    const bundle = bundleFromJSON(json)
    const isWhole = isWithin(json, JSON.parse(JSON.stringify(bundleToJSON(bundle))))
    if (isWhole && isCertificate(bundle) && haveWholeProofs(bundle)) return bundle
  } catch (cause) {
    throw invalid(file, cause)
  }
  throw invalid(file, new ValidationError('it has fields that are not known, or not in their one form', []))
}

const isCertificate = ({ verificationMaterial: { content } }: Bundle): boolean =>
  content.$case === 'certificate' && certificateIn(content.certificate.rawBytes) !== undefined

const haveWholeProofs = ({ verificationMaterial: { tlogEntries } }: Bundle): boolean =>
  tlogEntries.every(({ inclusionProof: proof }) => !proof || isWholeProof(proof))

/** What protobuf's JSON may omit: the fields of a bundle that have these values. */
const omissible: Readonly<Record<string, unknown>> = {
  ...{ tlogEntries: [], rfc3161Timestamps: [], hashes: [] },
  ...{ logIndex: '0', integratedTime: '0', treeSize: '0' },
}

/** Whether every value of one JSON is in the same place in the other, except for what protobuf's JSON may omit. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) && part.length === whole.length && part.every((one, i) => isWithin(one, whole[i]))
    )
  }
  if (typeof whole !== 'object' || whole === null) return false
  const values = whole as Readonly<Record<string, unknown>>
  return Object.entries(part).every(([key, held]) =>
    Object.hasOwn(values, key)
      ? isWithin(held, values[key])
      : Object.hasOwn(omissible, key) && isDeepStrictEqual(held, omissible[key]),
  )
}

function invalid(file: string, cause: unknown): unknown {
  const isTold =
    cause instanceof VerificationError || cause instanceof PolicyError || cause instanceof ValidationError
  return new PatchError('SIGNATURE_INVALID', {
    expected: `a Sigstore signature in ${file} that its logs and its certificate confirm`,
    found: isTold ? cause.message : 'one that is damaged',
    remedy:
      'Download the patch again; if it is right, check that the trusted root is the one it was signed under',
    cause,
  })
}
