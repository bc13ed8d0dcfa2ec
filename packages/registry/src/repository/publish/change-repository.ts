import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { withFolderLock } from '../../files/folder-lock.ts'
import { type KeyRing, openKeyRing, type RoleKeys } from './key-ring.ts'
import {
  keysOf,
  type MetaEntry,
  type RepositoryState,
  readState,
  type SignedMeta,
  type SignedPart,
  type SignedRoot,
  type SignedTargets,
  sha256Of,
  type TopRole,
} from './repository-state.ts'

/** Where a repository is, and what it is signed with. */
export interface PublishOptions {
  /** The repository's folder. */
  readonly folder: string
  /** Folders with the keys. */
  readonly keys: readonly string[]
  /** Passphrase of the private keys. */
  readonly passphrase?: string | undefined
  /** Default: this machine's clock. */
  readonly now?: Date | undefined
}

/** A change of a repository; what it does not name stays as it is. */
export interface RepositoryChange {
  /** The root metadata that follows the current one. */
  readonly root?: SignedRoot
  /** Targets metadata by role. It gets the next version, or the first for a new role. */
  readonly targets?: ReadonlyMap<string, SignedTargets>
  /** Files by their path in `targets/`. */
  readonly files?: ReadonlyMap<string, Uint8Array>
  /** Whether the snapshot is signed again even if no role is. */
  readonly snapshot?: boolean
  /** The same for the timestamp. */
  readonly timestamp?: boolean
}

const day = 86_400_000

/** Default lifetimes of metadata, in days: long for what is signed by hand, short for what a machine signs. */
export const lifetimes = { root: 365, targets: 365, snapshot: 90, timestamp: 14 } as const

/** The lifetime of metadata in days, which it states itself, else the default. */
export function lifetimeOf(signed: SignedPart): number {
  const days = signed['x-policypatch-lifetime-days']
  return days ?? lifetimes[signed._type as keyof typeof lifetimes]
}

/** The next version of metadata, with a new expiry time. */
export function renewed<T extends SignedPart>(signed: T, now: Date, version = signed.version + 1): T {
  const expires = new Date(now.getTime() + lifetimeOf(signed) * day)
  return { ...signed, version, expires: expires.toISOString().replace(/\.\d+Z$/, 'Z') }
}

/**
 * Changes a repository, one process at a time. New files are written under names of their own, and timestamp.json, which makes
 * them the state, last. So readers find either the old state or the new one, even if this process is killed. Without a `change`,
 * nothing is written.
 */
export async function changeRepository<T>(
  { folder, keys, passphrase, now = new Date() }: PublishOptions,
  decide: (
    state: RepositoryState,
    context: { readonly now: Date; readonly ring: KeyRing },
  ) => Promise<{ readonly change?: RepositoryChange; readonly result: T }>,
): Promise<T> {
  const ring = await openKeyRing(keys, passphrase)
  // A folder without a repository gets no lock.
  await readState(folder)
  return withFolderLock(join(folder, '.lock'), async (checkHeld) => {
    const state = await readState(folder)
    const { change, result } = await decide(state, { now, ring })
    // Keys may have been created meanwhile.
    const whole = await openKeyRing(keys, passphrase)
    if (change) await publish(folder, state, change, { now, ring: whole, checkHeld })
    return result
  })
}

interface PublishContext {
  readonly now: Date
  readonly ring: KeyRing
  readonly checkHeld: () => Promise<void>
}

/**
 * Signs a change and writes it. If root changes the keys of a role, the role is signed by both the old and the new keys, unless
 * the old ones are lost. Root is then written last, so that clients accept the role whether or not they know the new root.
 */
async function publish(
  folder: string,
  state: RepositoryState,
  change: RepositoryChange,
  { now, ring, checkHeld }: PublishContext,
): Promise<void> {
  const storage = fileStorage(folder)
  const metadata: [name: string, bytes: Uint8Array][] = []
  const targets = new Map([...state.targets, ...(change.targets ?? [])])
  const keys = (role: string): RoleKeys[] => {
    const after = keysOf({ root: change.root ?? state.root, targets }, role)
    if (!change.root) return [after]
    const before = keysOf(state, role)
    return role === 'root' || ring.canSign(before) ? [before, after] : [after]
  }

  const meta: Record<string, MetaEntry> = { ...state.snapshot.meta }
  for (const [role, signed] of change.targets ?? []) {
    const next = renewed(signed, now, (state.snapshot.meta[`${role}.json`]?.version ?? 0) + 1)
    const bytes = await ring.sign(next, role, keys(role))
    metadata.push([`${next.version}.${role}.json`, bytes])
    meta[`${role}.json`] = entryOf(next, bytes)
  }

  const { root } = change
  const isRotated = (role: TopRole) =>
    root !== undefined && JSON.stringify(root.roles[role]) !== JSON.stringify(state.root.roles[role])
  let snapshotEntry = state.timestamp.meta['snapshot.json'] as MetaEntry
  if (metadata.length > 0 || change.snapshot || isRotated('snapshot')) {
    const snapshot: SignedMeta = { ...renewed(state.snapshot, now), meta }
    const bytes = await ring.sign(snapshot, 'snapshot', keys('snapshot'))
    metadata.push([`${snapshot.version}.snapshot.json`, bytes])
    snapshotEntry = entryOf(snapshot, bytes)
  }
  // New keys of the root role alone do not concern the other roles.
  const isSigned = change.timestamp || metadata.length > 0 || isRotated('timestamp')
  if (isSigned) {
    const timestamp = { ...renewed(state.timestamp, now), meta: { 'snapshot.json': snapshotEntry } }
    metadata.push(['timestamp.json', await ring.sign(timestamp, 'timestamp', keys('timestamp'))])
  }
  if (root) metadata.push([`${root.version}.root.json`, await ring.sign(root, 'root', keys('root'))])

  for (const [path, bytes] of change.files ?? []) {
    const slash = path.lastIndexOf('/') + 1
    await storage.write(`targets/${path.slice(0, slash)}${sha256Of(bytes)}.${path.slice(slash)}`, bytes)
  }
  await checkHeld()
  // In this order: what others refer to comes before what refers to it.
  for (const [name, bytes] of metadata) await storage.write(`metadata/${name}`, bytes)
}

const entryOf = ({ version }: SignedPart, bytes: Uint8Array): MetaEntry => ({
  version,
  length: bytes.length,
  hashes: { sha256: sha256Of(bytes) },
})
