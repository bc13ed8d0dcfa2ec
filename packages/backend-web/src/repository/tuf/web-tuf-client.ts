import { PatchError } from '@policypatch/core'
import type { StoredPlace } from '@policypatch/core/platform'
import { boundedDownload, type DownloadOptions } from '../bounded-download.ts'
import type { TrustedTargets } from '../repository.ts'
import type { TargetsRole } from '../targets-role.ts'
import { walkDelegations } from '../walk-delegations.ts'
import { checkBytes, mismatch } from './check-bytes.ts'
import { expired, missing, rolledBack } from './refusals.ts'
import {
  type Envelope,
  keysOf,
  type MetaFile,
  type MetaMetadata,
  metaOf,
  parseEnvelope,
  type RootMetadata,
  rootOf,
  type TufPublicKey,
  type TufRole,
  targetsOf,
} from './tuf-metadata.ts'
import { verifyThreshold } from './verify-threshold.ts'

/**
 * The client workflow of The Update Framework (TUF 1.0, §5.2 to 5.7) on WebCrypto, for pages: `tuf-js`, which is used on Node,
 * needs Node's crypto and file system. Section numbers are those of the specification. Both clients are tested against the same
 * attacks.
 */

export interface WebTufClientOptions {
  /** URL of the folder with `metadata/` and `targets/`, without a trailing slash. */
  readonly url: string
  /** Trusted root metadata. */
  readonly root: Uint8Array
  /** Keeps verified metadata, so that a source that returns to an older state is detected. */
  readonly kept: StoredPlace
  readonly download?: DownloadOptions | undefined
  readonly now?: Date | undefined
}

/** Most bytes of metadata whose length nobody has signed, and most successive roots. */
const most = { root: 512_000, timestamp: 16_384, snapshot: 2_000_000, targets: 5_000_000 }
const mostRoots = 256

/** Updates the metadata of a repository. Throws the same errors as `openRepository`. */
export async function webTufClient({
  url,
  root: pinned,
  kept,
  download,
  now = new Date(),
}: WebTufClientOptions): Promise<TrustedTargets> {
  const fetched = (name: string, bytes: number, isExact = false) =>
    boundedDownload(`${url}/metadata/${name}`, bytes, download, isExact)
  const required = async (name: string, bytes: number, isExact = false) => {
    const found = await fetched(name, bytes, isExact)
    if (found) return found
    throw missing(`${url}/metadata/${name}`)
  }
  const keptBytes = async (name: string) => {
    const path = `${kept.path}/${name}.json`
    return (await kept.storage.exists(path)) ? kept.storage.read(path) : undefined
  }
  const keep = (name: string, bytes: Uint8Array) => kept.storage.write(`${kept.path}/${name}.json`, bytes)
  const checkTerm = (name: string, { expires }: { readonly expires: string }) => {
    if (now.getTime() >= Date.parse(expires)) throw expired(name, expires)
  }

  // 5.2, 5.3: from the trusted root to the newest, each signed by the one before.
  const root = await newestRoot()
  checkTerm('root.json', root)
  const verified = async (bytes: Uint8Array, role: 'timestamp' | 'snapshot', name = `${role}.json`) => {
    const envelope = parseEnvelope(bytes, role, name)
    await verifyThreshold(envelope, root.roles[role], root.keys, name)
    return metaOf(envelope, name)
  }
  const before = async (role: 'timestamp' | 'snapshot') => {
    const bytes = await keptBytes(role)
    // Metadata signed by replaced keys no longer counts, because whoever stole those keys may have made it (5.3.11).
    return bytes && (await verified(bytes, role).catch(() => undefined))
  }

  const timestamp = await newestTimestamp()
  const snapshot = await newestSnapshot(timestamp.meta['snapshot.json'] as MetaFile)
  const roles = new Map<string, Promise<TargetsRole>>()
  await roleOf('targets', 'root')

  return {
    url,
    rolesFor: (path) => walkDelegations(path, roleOf),
    async bytes(path, target) {
      const slash = path.lastIndexOf('/') + 1
      const [hash] = Object.values(target.hashes)
      const name = root.consistent_snapshot ? `${path.slice(0, slash)}${hash}.${path.slice(slash)}` : path
      const bytes = await boundedDownload(`${url}/targets/${name}`, target.length, download, true)
      if (!bytes) throw missing(`${url}/targets/${name}`)
      await checkBytes(bytes, target, path)
      return bytes
    },
  }

  async function newestRoot(): Promise<RootMetadata> {
    const first = parseEnvelope((await keptBytes('root')) ?? pinned, 'root', 'root.json')
    let current = rootOf(first, 'root.json')
    await verifyThreshold(first, current.roles.root, current.keys, 'root.json')
    for (let i = 0; i < mostRoots; i++) {
      const name = `${current.version + 1}.root.json`
      const bytes = await fetched(name, most.root)
      if (!bytes) break
      const envelope = parseEnvelope(bytes, 'root', name)
      const next = rootOf(envelope, name)
      await verifyThreshold(envelope, current.roles.root, current.keys, name)
      await verifyThreshold(envelope, next.roles.root, next.keys, name)
      if (next.version !== current.version + 1) throw rolledBack(name, current.version + 1, next.version)
      await keep('root', bytes)
      current = next
    }
    return current
  }

  // 5.4
  async function newestTimestamp(): Promise<MetaMetadata> {
    const held = await before('timestamp')
    const bytes = await required('timestamp.json', most.timestamp)
    const found = await verified(bytes, 'timestamp')
    const [was, is] = [held?.meta['snapshot.json'], found.meta['snapshot.json']]
    if (!is) throw missing('the snapshot in timestamp.json')
    if (held && found.version < held.version) throw rolledBack('timestamp.json', held.version, found.version)
    if (was && is.version < was.version) throw rolledBack('snapshot.json', was.version, is.version)
    const newest = held && held.version === found.version ? held : found
    checkTerm('timestamp.json', newest)
    if (newest === found) await keep('timestamp', bytes)
    return newest
  }

  // 5.5
  async function newestSnapshot(meta: MetaFile): Promise<MetaMetadata> {
    const held = await before('snapshot')
    if (held && held.version === meta.version) {
      checkTerm('snapshot.json', held)
      return held
    }
    const name = root.consistent_snapshot ? `${meta.version}.snapshot.json` : 'snapshot.json'
    const bytes = await required(name, meta.length ?? most.snapshot, meta.length !== undefined)
    await checkBytes(bytes, meta, name)
    const found = await verified(bytes, 'snapshot', name)
    if (found.version !== meta.version) throw mismatch(name, `version ${meta.version}`, `${found.version}`)
    for (const [file, { version }] of Object.entries(held?.meta ?? {})) {
      const is = found.meta[file]?.version
      if (is === undefined || is < version) throw rolledBack(file, version, is)
    }
    checkTerm(name, found)
    await keep('snapshot', bytes)
    return found
  }

  // 5.6
  function roleOf(role: string, delegator: string): Promise<TargetsRole> {
    const loading = roles.get(role) ?? loadRole(role, delegator)
    roles.set(role, loading)
    return loading
  }

  async function loadRole(role: string, delegator: string): Promise<TargetsRole> {
    const meta = snapshot.meta[`${role}.json`]
    if (!meta) throw missing(`${role}.json in the snapshot`)
    const { keys, role: trusted } = await delegationOf(role, delegator)
    const encoded = encodeURIComponent(role)
    const name = root.consistent_snapshot ? `${meta.version}.${encoded}.json` : `${encoded}.json`
    const held = await heldRole(role, meta)
    const bytes = held ?? (await required(name, meta.length ?? most.targets, meta.length !== undefined))
    await checkBytes(bytes, meta, name)
    const envelope: Envelope = parseEnvelope(bytes, 'targets', name)
    await verifyThreshold(envelope, trusted, keys, name)
    const found = targetsOf(envelope, name)
    if (found.version !== meta.version) throw mismatch(name, `version ${meta.version}`, `${found.version}`)
    checkTerm(name, found)
    if (!held && role === 'targets') await keep(role, bytes)
    return found
  }

  /** The kept metadata, if it has the digest that the snapshot lists. */
  async function heldRole(role: string, meta: MetaFile): Promise<Uint8Array | undefined> {
    const bytes = role === 'targets' && meta.hashes ? await keptBytes(role) : undefined
    const isSame =
      bytes &&
      (await checkBytes(bytes, meta, role).then(
        () => true,
        () => false,
      ))
    return isSame ? bytes : undefined
  }

  async function delegationOf(role: string, delegator: string) {
    if (delegator === 'root') return { keys: root.keys, role: root.roles.targets as TufRole }
    const { delegations } = (await roles.get(delegator)) as TargetsRole
    const found = delegations?.roles?.find(({ name }) => name === role)
    if (!found || Object.hasOwn(root.roles, role)) {
      throw new PatchError('MALFORMED', {
        expected: `a role that ${delegator} has given paths to`,
        found: role,
        remedy: 'Ask the owner of the repository; nothing of it is used',
      })
    }
    const keys: Readonly<Record<string, TufPublicKey>> = keysOf(delegations?.keys, `${delegator}.json`)
    return { keys, role: found }
  }
}
