import { PatchError } from '@policypatch/core'
import { bytesOfBase64, bytesOfHex, isSignatureOf, publicKey } from '@policypatch/core/platform'
import { canonicalize } from '@tufjs/canonical-json'
import type { Envelope, TufPublicKey, TufRole } from './tuf-metadata.ts'

/**
 * Throws `SIGNATURE_INVALID` unless enough different keys of a role have signed the metadata to reach the role's threshold (TUF
 * 1.0, §5.3.4). A key counts once, however many ids it has.
 */
export async function verifyThreshold(
  { signed, signatures }: Envelope,
  { keyids, threshold }: TufRole,
  keys: Readonly<Record<string, TufPublicKey>>,
  name: string,
): Promise<void> {
  const bytes = signedBytes(signed, name)
  const signers = new Set<string>()
  for (const { keyid, sig } of signatures) {
    const key = keyids.includes(keyid) && Object.hasOwn(keys, keyid) ? keys[keyid] : undefined
    if (key && !signers.has(key.keyval.public) && (await isSigned(key, bytesOfHex(sig), bytes))) {
      signers.add(key.keyval.public)
    }
  }
  if (signers.size >= threshold) return
  throw new PatchError('SIGNATURE_INVALID', {
    expected: `${name} to be signed by ${threshold} of the keys of its role`,
    found: `${signers.size}`,
    remedy: 'Do not trust this source; ask its owner whether keys were changed',
  })
}

/** The signed part as canonical JSON. Throws `MALFORMED` for values without a canonical form, such as fractions. */
function signedBytes(signed: Envelope['signed'], name: string): Uint8Array {
  try {
    return new TextEncoder().encode(canonicalize(signed))
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `canonical JSON in ${name}`,
      found: (cause as Error).message,
      remedy: 'Ask the owner of the repository; nothing of it is used',
      cause,
    })
  }
}

async function isSigned(key: TufPublicKey, signature: Uint8Array, bytes: Uint8Array): Promise<boolean> {
  const text = key.keyval.public
  switch (key.scheme) {
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384': {
      const found = await publicKey(text).catch(() => undefined)
      return found !== undefined && isSignatureOf(found, signature, bytes)
    }
    case 'ed25519':
      return isSignedBy({ name: 'Ed25519' }, 'raw', bytesOfHex(text), signature, bytes)
    case 'rsassa-pss-sha256': {
      const body = /-----BEGIN PUBLIC KEY-----([\s\S]+)-----END PUBLIC KEY-----/.exec(text)?.[1] ?? ''
      const der = bytesOfBase64(body.replace(/\s/g, ''))
      return isSignedBy({ name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 }, 'spki', der, signature, bytes)
    }
    default:
      return false
  }
}

async function isSignedBy(
  algorithm: { readonly name: string; readonly hash?: string; readonly saltLength?: number },
  format: 'raw' | 'spki',
  key: Uint8Array<ArrayBuffer>,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  const { subtle } = crypto
  try {
    const imported = await subtle.importKey(format, key, algorithm, false, ['verify'])
    return await subtle.verify(
      algorithm,
      imported,
      signature as Uint8Array<ArrayBuffer>,
      bytes as Uint8Array<ArrayBuffer>,
    )
  } catch (cause) {
    if ((cause as Error).name !== 'NotSupportedError') return false
    throw new PatchError('UNSUPPORTED', {
      expected: `${algorithm.name} in this browser, to verify the repository`,
      found: 'none',
      remedy: 'Use a newer browser, or ask the owner of the repository for keys of the curve P-256',
      cause,
    })
  }
}
