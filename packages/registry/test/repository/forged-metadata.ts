import { openKeyRing, type RoleKeys } from '../../src/repository/publish/key-ring.ts'
import {
  keysOf,
  type RepositoryState,
  readState,
  type SignedMeta,
  type SignedTargets,
  sha256Of,
} from '../../src/repository/publish/repository-state.ts'
import type { TinyRepository } from './tiny-repository.ts'

/** What an attacker makes with the keys that he has got hold of. */
export interface Forgery {
  /** Metadata of roles, and how many of the role's keys have signed them. */
  readonly targets?: Readonly<Record<string, { readonly signed: SignedTargets; readonly keys?: number }>>
  /** Of the snapshot. */
  readonly meta?: SignedMeta['meta']
  readonly timestamp?: Partial<SignedMeta>
  readonly snapshot?: Partial<SignedMeta>
}

/** Files of a server that has got hold of the keys of timestamp and snapshot, and of some of other roles. */
export async function forgedFiles(
  one: TinyRepository,
  forgery: (state: RepositoryState) => Forgery,
): Promise<Map<string, Uint8Array>> {
  const state = await readState(one.folder)
  const { targets = {}, meta: changed = {}, timestamp: later = {}, snapshot: more = {} } = forgery(state)
  const ring = await openKeyRing([one.keys])
  const some = ({ keyids }: RoleKeys, count: number) => ({ keyids: keyids.slice(0, count), threshold: count })
  const files = new Map<string, Uint8Array>()
  const meta = { ...state.snapshot.meta }
  for (const [role, { signed, keys = 1 }] of Object.entries(targets)) {
    const bytes = await ring.sign(signed, role, [some(keysOf(state, role), keys)])
    files.set(`metadata/${signed.version}.${role}.json`, bytes)
    meta[`${role}.json`] = {
      version: signed.version,
      length: bytes.length,
      hashes: { sha256: sha256Of(bytes) },
    }
  }
  const snapshot = {
    ...state.snapshot,
    version: state.snapshot.version + 1,
    meta: { ...meta, ...changed },
    ...more,
  }
  const bytes = await ring.sign(snapshot, 'snapshot', [state.root.roles.snapshot])
  files.set(`metadata/${snapshot.version}.snapshot.json`, bytes)
  const entry = { version: snapshot.version, length: bytes.length, hashes: { sha256: sha256Of(bytes) } }
  const timestamp = {
    ...state.timestamp,
    version: state.timestamp.version + 1,
    meta: { 'snapshot.json': entry },
    ...later,
  }
  files.set('metadata/timestamp.json', await ring.sign(timestamp, 'timestamp', [state.root.roles.timestamp]))
  return files
}
