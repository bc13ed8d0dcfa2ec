import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { canonicalize } from '@tufjs/canonical-json'
import { keyIdOf, tufKeyOf } from './role-keys.ts'

/** The keys of a role, and how many of them must sign. */
export interface RoleKeys {
  readonly keyids: readonly string[]
  readonly threshold: number
}

/** The available private keys. */
export interface KeyRing {
  /**
   * Signs metadata with every available key of the roles.
   *
   * @param name the role's name, for messages
   * @throws PatchError `INVALID_ARGUMENT` if there are fewer keys than a role requires
   */
  sign(signed: object, name: string, roles: readonly RoleKeys[]): Promise<Uint8Array>
  /** Whether as many keys are available as a role requires. */
  canSign(role: RoleKeys): boolean
  /** Throws if not, as `sign` does. */
  require(name: string, role: RoleKeys): void
}

/** The keys in folders: each a `NAME.pem` with its `NAME.pub` beside it. Private keys are opened only to sign. */
export async function openKeyRing(folders: readonly string[], passphrase?: string): Promise<KeyRing> {
  const paths = new Map<string, string>()
  for (const folder of folders) {
    for (const name of await readdir(folder).catch((cause) => Promise.reject(noFolder(folder, cause)))) {
      if (!name.endsWith('.pub')) continue
      const path = join(folder, name)
      const key = tufKeyOf(await readFile(path, 'utf8'), path)
      paths.set(keyIdOf(key), path.replace(/pub$/, 'pem'))
    }
  }
  const opened = new Map<string, KeyObject>()
  const open = async (id: string) => {
    const key = opened.get(id) ?? (await privateKey(paths.get(id) as string, passphrase))
    opened.set(id, key)
    return key
  }
  const countOf = ({ keyids }: RoleKeys) => keyids.filter((id) => paths.has(id)).length
  const requireKeys = (name: string, role: RoleKeys) => {
    if (countOf(role) < role.threshold) throw tooFew(name, role.threshold, countOf(role), folders)
  }
  return {
    canSign: (role) => countOf(role) >= role.threshold,
    require: requireKeys,
    async sign(signed, name, roles) {
      for (const role of roles) requireKeys(name, role)
      const bytes = Buffer.from(canonicalize(signed))
      const signatures: { keyid: string; sig: string }[] = []
      for (const keyid of new Set(roles.flatMap(({ keyids }) => keyids))) {
        if (!paths.has(keyid)) continue
        const key = await open(keyid)
        const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
        signatures.push({ keyid, sig: sign(algorithm, bytes, key).toString('hex') })
      }
      return new TextEncoder().encode(`${JSON.stringify({ signatures, signed }, undefined, 1)}\n`)
    },
  }
}

async function privateKey(path: string, passphrase: string | undefined): Promise<KeyObject> {
  const pem = await readFile(path, 'utf8').catch((cause) => {
    throw new PatchError('NOT_FOUND', {
      expected: `a private key in ${path}`,
      found: 'no readable file',
      remedy: 'Put it beside its public key, or remove that one',
      cause,
    })
  })
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) })
  } catch (cause) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: pem.includes('ENCRYPTED') ? `the passphrase of ${path}` : `a private key in ${path}`,
      found: pem.includes('ENCRYPTED')
        ? passphrase === undefined
          ? 'none'
          : 'another'
        : 'one that is damaged',
      remedy: pem.includes('ENCRYPTED')
        ? 'Name the environment variable that has it with --passphrase-env'
        : 'Get it from where you keep a copy, or rotate the keys of its role',
      cause,
    })
  }
}

const tooFew = (role: string, threshold: number, found: number, folders: readonly string[]) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: `${threshold} ${threshold === 1 ? 'key' : 'keys'} of the role ${role} in ${folders.join(', ')}`,
    found: `${found}`,
    remedy: 'Name the folders that have them with --keys',
  })

const noFolder = (folder: string, cause: unknown) =>
  new PatchError('NOT_FOUND', {
    expected: `a folder ${folder} with keys`,
    found: 'none',
    remedy: 'Name the folders that have the keys with --keys',
    cause,
  })
