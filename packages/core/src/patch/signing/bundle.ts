import { PatchError } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'
import { base64Of, bytesOfBase64 } from '../../text/encoded-bytes.ts'

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const payloadType = 'application/vnd.in-toto+json'

/** What a signature's file holds: a signed payload, and by which key. */
export interface SignedPayload {
  readonly payload: Uint8Array
  /** ECDSA in DER over {@link preAuthEncoding}. */
  readonly signature: Uint8Array
  /** SHA-256 of the public key's PEM; absent in signatures of older tools. */
  readonly hint: string | undefined
}

/** What of a payload is signed: DSSE v1 (https://github.com/secure-systems-lab/dsse). */
export function preAuthEncoding(payload: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `)
  const all = new Uint8Array(head.length + payload.length)
  all.set(head)
  all.set(payload, head.length)
  return all
}

/** A Sigstore bundle v0.3 with a DSSE envelope, as JSON. */
export function writeBundle({ payload, signature, hint }: SignedPayload): Uint8Array {
  const bundle = {
    mediaType,
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    dsseEnvelope: {
      ...{ payload: base64Of(payload), payloadType },
      signatures: [{ sig: base64Of(signature), keyid: '' }],
    },
  }
  return new TextEncoder().encode(`${JSON.stringify(bundle)}\n`)
}

/** Reads a bundle. `SIGNATURE_INVALID` for one that is cut, of another kind, or made with a certificate. */
export function readBundle(bytes: Uint8Array, name: string): SignedPayload {
  let found: Record<string, unknown>
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw notABundle(name, 'no JSON', cause)
  }
  if (found?.mediaType !== mediaType) throw notABundle(name, `media type ${describeValue(found?.mediaType)}`)
  const material = recordOf(found.verificationMaterial)
  const envelope = recordOf(found.dsseEnvelope)
  if (envelope.payloadType !== payloadType) {
    throw notABundle(name, `payload of type ${describeValue(envelope.payloadType)}`)
  }
  if (!material.publicKey) throw notABundle(name, 'one that was not made with a key')
  const signatures = Array.isArray(envelope.signatures) ? envelope.signatures : []
  if (signatures.length !== 1) throw notABundle(name, `${signatures.length} signatures instead of one`)
  const { hint } = recordOf(material.publicKey)
  // Nothing else may stand in it, for nothing else is verified.
  const whole = [
    [found, 'mediaType', 'verificationMaterial', 'dsseEnvelope'],
    [material, 'publicKey', 'tlogEntries'],
    [recordOf(material.publicKey), 'hint'],
    [envelope, 'payload', 'payloadType', 'signatures'],
    [recordOf(signatures[0]), 'sig', 'keyid'],
  ] as const
  for (const [record, ...keys] of whole) {
    const other = Object.keys(record).find((key) => !(keys as readonly string[]).includes(key))
    if (other !== undefined) throw notABundle(name, `a field ${describeValue(other)} that is not known`)
  }
  const { tlogEntries = [] } = material
  const { keyid = '' } = recordOf(signatures[0])
  if (!Array.isArray(tlogEntries) || tlogEntries.length > 0 || keyid !== '') {
    throw notABundle(name, 'entries of a log, or an id of a key')
  }
  return {
    payload: bytesOf(envelope.payload, name),
    signature: bytesOf(recordOf(signatures[0]).sig, name),
    hint: typeof hint === 'string' && hint !== '' ? hint : undefined,
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** Base64 in the one form that the bytes have. */
function bytesOf(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0) {
    const bytes = bytesOfBase64(value)
    if (base64Of(bytes) === value) return bytes
  }
  throw notABundle(name, 'a payload or signature that is cut or damaged')
}

const notABundle = (name: string, found: string, cause?: unknown) =>
  new PatchError('SIGNATURE_INVALID', {
    expected: `a Sigstore bundle (${mediaType}) in ${name}`,
    found,
    remedy: 'Download the patch again, or ask its publisher to sign it with a key',
    cause,
  })
