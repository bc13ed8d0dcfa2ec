import { PatchError } from '../../errors.ts'
import { strictJson } from '../../storage/strict-json.ts'
import { describeValue } from '../../text/describe-value.ts'
import { base64Of, bytesOfBase64 } from '../../text/encoded-bytes.ts'

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const payloadType = 'application/vnd.in-toto+json'

/** A bundle's signer: a key, a certificate with its issuers, or a Sigstore identity with its log entry. */
export type SignatureMaterial =
  /** SHA-256 of the public key's PEM; absent in signatures by older tools. */
  | { readonly kind: 'key'; readonly hint: string | undefined }
  /** DER: the signer's certificate first, each issued by the next. */
  | { readonly kind: 'certificate'; readonly chain: readonly Uint8Array[] }
  /** The whole bundle as JSON, for a library that verifies the log and the authority. */
  | { readonly kind: 'identity'; readonly bundle: Readonly<Record<string, unknown>> }

/** The contents of a signature file: a signed payload, and its signer. */
export interface SignedPayload {
  readonly payload: Uint8Array
  /** ECDSA in DER over {@link preAuthEncoding}. */
  readonly signature: Uint8Array
  readonly material: SignatureMaterial
}

/** The bytes that are signed for a payload: DSSE v1 (https://github.com/secure-systems-lab/dsse). */
export function preAuthEncoding(payload: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `)
  const all = new Uint8Array(head.length + payload.length)
  all.set(head)
  all.set(payload, head.length)
  return all
}

/** A Sigstore bundle v0.3 with a DSSE envelope, as JSON, signed with a key or a certificate. */
export function writeBundle({
  payload,
  signature,
  material,
}: Omit<SignedPayload, 'material'> & {
  readonly material: Exclude<SignatureMaterial, { readonly kind: 'identity' }>
}): Uint8Array {
  const signer =
    material.kind === 'key'
      ? { publicKey: { hint: material.hint } }
      : { x509CertificateChain: { certificates: material.chain.map((one) => ({ rawBytes: base64Of(one) })) } }
  const bundle = {
    mediaType,
    verificationMaterial: { ...signer, tlogEntries: [] },
    dsseEnvelope: {
      ...{ payload: base64Of(payload), payloadType },
      signatures: [{ sig: base64Of(signature), keyid: '' }],
    },
  }
  return new TextEncoder().encode(`${JSON.stringify(bundle)}\n`)
}

/** Parses a bundle. `SIGNATURE_INVALID` if it is truncated, of another kind, or contains anything that is not verified. */
export function readBundle(bytes: Uint8Array, name: string): SignedPayload {
  let value: unknown
  try {
    value = strictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw notABundle(name, 'no JSON', cause)
  }
  const found = recordOf(value)
  if (found.mediaType !== mediaType) throw notABundle(name, `media type ${describeValue(found.mediaType)}`)
  const envelope = recordOf(found.dsseEnvelope)
  if (envelope.payloadType !== payloadType) {
    throw notABundle(name, `payload of type ${describeValue(envelope.payloadType)}`)
  }
  const signatures = Array.isArray(envelope.signatures) ? envelope.signatures : []
  if (signatures.length !== 1) throw notABundle(name, `${signatures.length} signatures instead of one`)
  const [only] = signatures.map(recordOf)
  holdOnly(found, name, 'mediaType', 'verificationMaterial', 'dsseEnvelope')
  holdOnly(envelope, name, 'payload', 'payloadType', 'signatures')
  holdOnly(only ?? {}, name, 'sig', 'keyid')
  if ((only?.keyid ?? '') !== '') throw notABundle(name, 'an id of a key')
  return {
    payload: bytesOf(envelope.payload, name),
    signature: bytesOf(only?.sig, name),
    material: materialOf(found, name),
  }
}

function materialOf(bundle: Readonly<Record<string, unknown>>, name: string): SignatureMaterial {
  const material = recordOf(bundle.verificationMaterial)
  const { tlogEntries = [], publicKey, x509CertificateChain: chain, certificate } = material
  if (certificate !== undefined) {
    holdOnly(material, name, 'certificate', 'tlogEntries', 'timestampVerificationData')
    return { kind: 'identity', bundle }
  }
  if (!Array.isArray(tlogEntries) || tlogEntries.length > 0) throw notABundle(name, 'entries of a log')
  holdOnly(material, name, publicKey ? 'publicKey' : 'x509CertificateChain', 'tlogEntries')
  if (publicKey) {
    const { hint, ...rest } = recordOf(publicKey)
    holdOnly(rest, name)
    return { kind: 'key', hint: typeof hint === 'string' && hint !== '' ? hint : undefined }
  }
  const { certificates } = recordOf(chain)
  if (!Array.isArray(certificates) || certificates.length === 0) {
    throw notABundle(name, 'neither a key nor a certificate that it was made with')
  }
  if (certificates.length > mostCertificates) throw notABundle(name, `${certificates.length} certificates`)
  holdOnly(recordOf(chain), name, 'certificates')
  return {
    kind: 'certificate',
    chain: certificates.map((one) => {
      holdOnly(recordOf(one), name, 'rawBytes')
      return bytesOf(recordOf(one).rawBytes, name)
    }),
  }
}

/** Limit for a chain, more than any authority has. */
const mostCertificates = 10

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}

/** Refuses other fields in a part of a bundle, because nothing else is verified. */
function holdOnly(record: Readonly<Record<string, unknown>>, name: string, ...keys: readonly string[]): void {
  const other = Object.keys(record).find((key) => !keys.includes(key))
  if (other !== undefined) throw notABundle(name, `a field ${describeValue(other)} that is not known`)
}

/** Decodes base64, which must be canonical. */
function bytesOf(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0) {
    const bytes = bytesOfBase64(value)
    if (base64Of(bytes) === value) return bytes
  }
  throw notABundle(name, 'a payload, signature or certificate that is cut or damaged')
}

const notABundle = (name: string, found: string, cause?: unknown) =>
  new PatchError('SIGNATURE_INVALID', {
    expected: `a Sigstore bundle (${mediaType}) in ${name}`,
    found,
    remedy: 'Download the patch again, or ask its publisher to sign it again',
    cause,
  })
