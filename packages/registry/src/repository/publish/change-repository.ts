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
  /** Of the private keys. */
  readonly passphrase?: string | undefined
  /** Default: this machine's clock. */
  readonly now?: Date | undefined
}

/** What is to become of a repository; what is not named stays as it is. */
export interface RepositoryChange {
  /** Root metadata that come after those there are. */
  readonly root?: SignedRoot
  /** Targets metadata by role. They get the next version; those of new roles their first. */
  readonly targets?: ReadonlyMap<string, SignedTargets>
  /** Files by their path in `targets/`. */
  readonly files?: ReadonlyMap<string, Uint8Array>
  /** Whether the snapshot is signed anew though no role is. */
  readonly snapshot?: boolean
  /** The same of the timestamp. */
  readonly timestamp?: boolean
}

const day = 86_400_000

/** Days that metadata hold, where nothing else is said: what is signed by hand long, what a machine signs short. */
export const lifetimes = { root: 365, targets: 365, snapshot: 90, timestamp: 14 } as const

/** That of metadata, which say it themselves. */
export function lifetimeOf(signed: SignedPart): number {
  const days = signed['x-policypatch-lifetime-days']
  return days ?? lifetimes[signed._type as keyof typeof lifetimes]
}

/** The version of metadata after these, with a new term. */
export function renewed<T extends SignedPart>(signed: T, now: Date, version = signed.version + 1): T {
  const expires = new Date(now.getTime() + lifetimeOf(signed) * day)
  return { ...signed, version, expires: expires.toISOString().replace(/\.\d+Z$/, 'Z') }
}

/**
 * Changes a repository, one process at a time. All that is new is written under names of its own, and timestamp.json, which
 * makes it the state, last: whoever reads, and whatever is killed when, finds the old state or the new one. Undefined: nothing
 * is to change.
 */
export async function changeRepository<T>(
  { folder, keys, passphrase, now = new Date() }: PublishOptions,
  decide: (
    state: RepositoryState,
    context: { readonly now: Date; readonly ring: KeyRing },
  ) => Promise<{ readonly change?: RepositoryChange; readonly result: T }>,
): Promise<T> {
  const ring = await openKeyRing(keys, passphrase)
  // A folder that is none of a repository gets no lock.
  await readState(folder)
  return withFolderLock(join(folder, '.lock'), async (checkHeld) => {
    const state = await readState(folder)
    const { change, result } = await decide(state, { now, ring })
    // Keys may have been made meanwhile.
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
 * Signs a change and writes it. Where root changes the keys of a role, that role is signed by the old keys and the new, unless
 * the old are lost: clients that know the new root take it, and so do those that do not yet, for root is what is written last
 * then.
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
  // New keys of the root role alone are new to nobody else.
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
  // In this order: what is named by others before what names it.
  for (const [name, bytes] of metadata) await storage.write(`metadata/${name}`, bytes)
}

const entryOf = ({ version }: SignedPart, bytes: Uint8Array): MetaEntry => ({
  version,
  length: bytes.length,
  hashes: { sha256: sha256Of(bytes) },
})
