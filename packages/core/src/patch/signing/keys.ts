import { PatchError } from '../../errors.ts'
import { sha256 } from '../../sha256.ts'
import { base64Of, bytesOfBase64 } from '../../text/encoded-bytes.ts'

/** Curves of signatures, with their digest and the size of a coordinate in bytes. */
const curves = {
  'P-256': { hash: 'SHA-256', size: 32 },
  'P-384': { hash: 'SHA-384', size: 48 },
  'P-521': { hash: 'SHA-512', size: 66 },
} as const

type Curve = keyof typeof curves

/** WebCrypto's key type, available without the browser's types. */
type WebKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** A key for making or verifying signatures. */
export interface SigningKey {
  readonly curve: Curve
  readonly key: WebKey
  /** SHA-256 of the public key's PEM, by which a signature refers to its key. */
  readonly hint: string
}

/**
 * Imports a public key from PEM (SubjectPublicKeyInfo), of the curve P-256, P-384 or P-521.
 *
 * @throws PatchError `INVALID_ARGUMENT` for a private key, another curve, or an invalid key
 */
export async function publicKey(pem: string): Promise<SigningKey> {
  const der = derOf(pem, 'PUBLIC KEY')
  for (const curve of Object.keys(curves) as Curve[]) {
    const parameters = { name: 'ECDSA', namedCurve: curve }
    const key = await crypto.subtle
      .importKey('spki', der, parameters, true, ['verify'])
      .catch(() => undefined)
    if (key) return { curve, key, hint: await hintOf(key) }
  }
  throw notAKey('a public key of the curve P-256, P-384 or P-521', 'another key')
}

/**
 * Imports a private key from PEM (PKCS #8, without a passphrase), with its public key's hint.
 *
 * @throws PatchError `INVALID_ARGUMENT`
 */
export async function privateKey(pem: string): Promise<SigningKey> {
  const der = derOf(pem, 'PRIVATE KEY')
  for (const curve of Object.keys(curves) as Curve[]) {
    const parameters = { name: 'ECDSA', namedCurve: curve }
    const key = await crypto.subtle.importKey('pkcs8', der, parameters, true, ['sign']).catch(() => undefined)
    if (!key) continue
    const { d: _, key_ops: __, ...point } = await crypto.subtle.exportKey('jwk', key)
    const own = await crypto.subtle.importKey('jwk', point, parameters, true, ['verify'])
    return { curve, key, hint: await hintOf(own) }
  }
  throw notAKey('a private key of the curve P-256, P-384 or P-521', 'another key')
}

/** SHA-256 of the public key's PEM, as the Python package `cryptography` writes it. */
async function hintOf(key: WebKey): Promise<string> {
  const der = new Uint8Array(await crypto.subtle.exportKey('spki', key))
  const lines = base64Of(der).match(/.{1,64}/g) ?? []
  const pem = ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
  return sha256(new TextEncoder().encode(pem))
}

function derOf(pem: string, label: string): Uint8Array<ArrayBuffer> {
  const body = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem)?.[1]
  if (body !== undefined) {
    try {
      return bytesOfBase64(body.replace(/\s/g, ''))
    } catch {
      throw notAKey(`a ${label.toLowerCase()} in PEM`, 'one that is cut or damaged')
    }
  }
  const found = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1]?.toLowerCase()
  throw notAKey(`a ${label.toLowerCase()} in PEM`, found ? `a PEM file of ${found}` : 'no PEM file')
}

const notAKey = (expected: string, found: string) =>
  new PatchError('INVALID_ARGUMENT', {
    ...{ expected, found },
    remedy: 'Make a pair with `policypatch keygen`; sign with the private key, verify with the public one',
  })

/** Signs bytes: ECDSA, in DER. */
export async function signBytes({ key, curve }: SigningKey, bytes: Uint8Array): Promise<Uint8Array> {
  const algorithm = { name: 'ECDSA', hash: curves[curve].hash }
  const raw = new Uint8Array(await crypto.subtle.sign(algorithm, key, bytes as Uint8Array<ArrayBuffer>))
  return derSignature(raw)
}

/** Whether a signature in DER is this key's signature of some bytes. */
export async function isSignatureOf(
  { key, curve }: SigningKey,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  const { hash, size } = curves[curve]
  const raw = rawSignature(signature, size)
  if (!raw) return false
  return crypto.subtle.verify({ name: 'ECDSA', hash }, key, raw, bytes as Uint8Array<ArrayBuffer>)
}

/** Converts a signature from WebCrypto's r ‖ s to the usual DER sequence of two integers. */
function derSignature(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2
  const integers = [raw.subarray(0, half), raw.subarray(half)].map((part) => {
    const first = part.findIndex((byte) => byte !== 0)
    const value = part.subarray(first < 0 ? half - 1 : first)
    const padded = (value[0] as number) >= 0x80 ? [0, ...value] : [...value]
    return [0x02, padded.length, ...padded]
  })
  const body = integers.flat()
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length]
  return Uint8Array.from([0x30, ...length, ...body])
}

/** The inverse; undefined if it is not such a sequence, or not its canonical encoding. */
function rawSignature(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const long = der[1] === 0x81
  const start = long ? 3 : 2
  const length = (long ? der[2] : der[1]) as number
  if (der[0] !== 0x30 || der.length !== start + length || long !== length >= 0x80) return undefined
  const raw = new Uint8Array(2 * size)
  let at = start
  for (const end of [size, 2 * size]) {
    const count = der[at + 1] as number
    const value = der.subarray(at + 2, at + 2 + count)
    const padding = value[0] === 0 ? 1 : 0
    const minimal =
      count > padding && (padding === 0 ? (value[0] as number) < 0x80 : (value[1] as number) >= 0x80)
    if (der[at] !== 0x02 || value.length !== count || !minimal || count - padding > size) return undefined
    raw.set(value.subarray(padding), end - (count - padding))
    at += 2 + count
  }
  return at === der.length ? raw : undefined
}
