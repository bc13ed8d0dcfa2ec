import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { canonicalize } from '@tufjs/canonical-json'

/** A public key in the form of The Update Framework (TUF 1.0, §4.2). */
export interface TufKey {
  readonly keytype: string
  readonly scheme: string
  readonly keyval: { readonly public: string }
}

export type KeyType = 'ecdsa' | 'ed25519'

/** The P-256 or Ed25519 public key in a PEM (SubjectPublicKeyInfo). Throws `INVALID_ARGUMENT` for any other key. */
export function tufKeyOf(pem: string | KeyObject, name = 'the key'): TufKey {
  let key: KeyObject | undefined
  try {
    key = typeof pem === 'string' ? createPublicKey(pem) : pem
  } catch {
    key = undefined
  }
  if (key?.asymmetricKeyType === 'ed25519') {
    const { x = '' } = key.export({ format: 'jwk' })
    return {
      ...{ keytype: 'ed25519', scheme: 'ed25519' },
      keyval: { public: Buffer.from(x, 'base64url').toString('hex') },
    }
  }
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
    return {
      ...{ keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' },
      keyval: { public: key.export({ type: 'spki', format: 'pem' }).toString() },
    }
  }
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a public key of the curve P-256 or of Ed25519 in ${name}`,
    found: key
      ? `one of ${key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType}`
      : 'no PEM of a key',
    remedy: 'Make one with `policypatch repo init`, `repo rotate` or `keygen`',
  })
}

/** The id of a key: the SHA-256 of its canonical form. */
export const keyIdOf = (key: TufKey): string => createHash('sha256').update(canonicalize(key)).digest('hex')

/**
 * Creates a key pair for a role in a folder: `ROLE-KEYID.pem`, which nobody else may read, and `.pub`.
 *
 * @param passphrase encrypts the private key
 */
export async function makeRoleKey(
  role: string,
  { folder, type, passphrase }: { folder: string; type: KeyType; passphrase: string | undefined },
): Promise<TufKey> {
  const { privateKey, publicKey } =
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = tufKeyOf(publicKey)
  const path = join(folder, `${role}-${keyIdOf(key).slice(0, 8)}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const secret = privateKey.export({
    ...{ type: 'pkcs8', format: 'pem' },
    ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }),
  })
  await writeFile(`${path}.pem`, secret, { mode: 0o600, flag: 'wx' })
  // Last, because a private key is looked up by its public one.
  await writeFile(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' })
  return key
}
