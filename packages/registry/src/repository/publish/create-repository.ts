import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import { lifetimes, renewed } from './change-repository.ts'
import { openKeyRing, type RoleKeys } from './key-ring.ts'
import {
  type SignedMeta,
  type SignedPart,
  type SignedRoot,
  type SignedTargets,
  sha256Of,
  type TopRole,
  topRoles,
} from './repository-state.ts'
import { type KeyType, keyIdOf, makeRoleKey, type TufKey } from './role-keys.ts'

/** The role that signs advisories. */
export const advisoriesRole = 'advisories'

export interface CreateRepositoryOptions {
  /** A folder without a repository; created if needed. */
  readonly folder: string
  /** Folder for the new keys. */
  readonly keys: string
  /** Encrypts the private keys. */
  readonly passphrase?: string | undefined
  /** Default `ecdsa` (P-256), which every browser verifies. */
  readonly keyType?: KeyType | undefined
  /** Name of the role that signs patches with any name. Default `publisher`. */
  readonly publisher?: string | undefined
  /** How many keys a role gets, and how many of them must sign. Default one of one. */
  readonly thresholds?:
    | Readonly<Record<string, { readonly threshold: number; readonly keys: number }>>
    | undefined
  /** Lifetimes of metadata in days, by role. Default: root 365, targets 365 (publishers too), snapshot 90, timestamp 14. */
  readonly lifetimes?: Partial<Record<TopRole, number>> | undefined
  readonly now?: Date | undefined
}

export interface CreatedRepository {
  /** SHA-256 (hex) of the first root metadata, which operators need to trust the repository. */
  readonly rootDigest: string
  /** Ids of the keys by role. */
  readonly keyIds: Readonly<Record<string, readonly string[]>>
}

/**
 * Creates an empty repository of patches (The Update Framework 1.0), to be hosted as static files, and the keys of its roles:
 * root, targets, snapshot and timestamp, a publisher of patches and one of advisories.
 *
 * @throws PatchError `INVALID_ARGUMENT` for a folder that already has one, and for thresholds that cannot be met
 */
export async function createRepository(options: CreateRepositoryOptions): Promise<CreatedRepository> {
  const { folder, keys: keyFolder, passphrase, keyType = 'ecdsa', publisher = 'publisher' } = options
  const { thresholds = {}, now = new Date() } = options
  if (existsSync(join(folder, 'metadata/timestamp.json'))) throw taken(folder)
  checkRoleName(publisher)
  const roleNames = [...topRoles, publisher, advisoriesRole]
  checkThresholds(thresholds, roleNames)

  const made = new Map<string, { readonly role: RoleKeys; readonly keys: Record<string, TufKey> }>()
  for (const name of roleNames) {
    const { threshold, keys: count } = thresholds[name] ?? { threshold: 1, keys: 1 }
    const keys: Record<string, TufKey> = {}
    for (let i = 0; i < count; i++) {
      const key = await makeRoleKey(name, { folder: keyFolder, type: keyType, passphrase })
      keys[keyIdOf(key)] = key
    }
    made.set(name, { role: { keyids: Object.keys(keys), threshold }, keys })
  }
  const role = (name: string) => (made.get(name) as { role: RoleKeys }).role
  const keysOf = (names: readonly string[]) =>
    Object.assign({}, ...names.map((name) => made.get(name)?.keys)) as Record<string, TufKey>

  const part = <Type extends TopRole>(type: Type) => {
    const days = options.lifetimes?.[type] ?? lifetimes[type]
    const base = { _type: type, spec_version: '1.0.31', version: 0, expires: '' }
    return renewed<SignedPart & { readonly _type: Type }>(
      { ...base, 'x-policypatch-lifetime-days': days },
      now,
    )
  }
  const delegation = (name: string, path: string) => ({
    ...{ name, ...role(name), terminating: true, paths: [path] },
  })
  const root: SignedRoot = {
    ...part('root'),
    consistent_snapshot: true,
    keys: keysOf(topRoles),
    roles: Object.fromEntries(topRoles.map((name) => [name, role(name)])) as SignedRoot['roles'],
  }
  const targets: Record<string, SignedTargets> = {
    targets: {
      ...part('targets'),
      targets: {},
      delegations: {
        keys: keysOf([publisher, advisoriesRole]),
        roles: [delegation(advisoriesRole, `${advisoriesRole}/*`), delegation(publisher, '*/*')],
      },
    },
    [publisher]: { ...part('targets'), targets: {} },
    [advisoriesRole]: { ...part('targets'), targets: {} },
  }

  const ring = await openKeyRing([keyFolder], passphrase)
  const storage = fileStorage(folder)
  const write = async (name: string, signed: SignedPart, by: string) => {
    const bytes = await ring.sign(signed, by, [role(by)])
    await storage.write(`metadata/${name}`, bytes)
    return { version: signed.version, length: bytes.length, hashes: { sha256: sha256Of(bytes) } }
  }
  const rootEntry = await write('1.root.json', root, 'root')
  const meta: Record<string, Awaited<ReturnType<typeof write>>> = {}
  for (const [name, signed] of Object.entries(targets)) {
    meta[`${name}.json`] = await write(`1.${name}.json`, signed, name)
  }
  const snapshot: SignedMeta = { ...part('snapshot'), meta }
  const entry = await write('1.snapshot.json', snapshot, 'snapshot')
  // Last, because it makes the folder a repository.
  await write(
    'timestamp.json',
    { ...part('timestamp'), meta: { 'snapshot.json': entry } } as SignedMeta,
    'timestamp',
  )
  return {
    rootDigest: rootEntry.hashes.sha256,
    keyIds: Object.fromEntries([...made].map(([name, one]) => [name, one.role.keyids])),
  }
}

/** Throws `INVALID_ARGUMENT` for an invalid name of a publisher. */
export function checkRoleName(name: string): void {
  const isTaken = [...topRoles, advisoriesRole].includes(name as TopRole)
  if (!isTaken && /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(name)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'the name of a publisher: 1 to 64 of a-z, 0-9, ".", "_" and "-"',
    found: isTaken ? `${name}, which is the name of a role of its own` : name,
    remedy: 'Choose another name',
  })
}

function checkThresholds(
  thresholds: Readonly<Record<string, { threshold: number; keys: number }>>,
  names: string[],
) {
  for (const [name, { threshold, keys }] of Object.entries(thresholds)) {
    const isKnown = names.includes(name)
    if (isKnown && Number.isInteger(threshold) && threshold >= 1 && keys >= threshold && keys <= 16) continue
    throw new PatchError('INVALID_ARGUMENT', {
      expected: isKnown ? `a threshold of ${name} from 1 to the number of its keys, at most 16` : 'a role',
      found: isKnown ? `${threshold} of ${keys}` : name,
      remedy: isKnown ? 'Correct the threshold' : `Use one of: ${names.join(', ')}`,
    })
  }
}

const taken = (folder: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: `no repository in ${folder}`,
    found: 'one',
    remedy: 'Choose another folder: a repository that is replaced is trusted by nobody',
  })
