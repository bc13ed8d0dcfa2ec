import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TargetFile } from '@policypatch/backend-web/repository'
import { PatchError } from '@policypatch/core'
import { Metadata, MetadataKind } from '@tufjs/models'
import type { RoleKeys } from './key-ring.ts'
import type { TufKey } from './role-keys.ts'

/** What all signed metadata has (TUF 1.0, §4.3). */
export interface SignedPart {
  readonly _type: string
  readonly spec_version: string
  readonly version: number
  readonly expires: string
  /** Days from signing to expiry; absent if another tool made the metadata. */
  readonly 'x-policypatch-lifetime-days'?: number
}

export interface SignedRoot extends SignedPart {
  readonly consistent_snapshot: true
  readonly keys: Readonly<Record<string, TufKey>>
  readonly roles: Readonly<Record<TopRole, RoleKeys>>
}

export const topRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const
export type TopRole = (typeof topRoles)[number]

export interface SignedDelegation extends RoleKeys {
  readonly name: string
  readonly terminating: boolean
  readonly paths: readonly string[]
}

export interface SignedTargets extends SignedPart {
  readonly targets: Readonly<Record<string, TargetFile>>
  readonly delegations?: {
    readonly keys: Readonly<Record<string, TufKey>>
    readonly roles: readonly SignedDelegation[]
  }
}

export interface MetaEntry {
  readonly version: number
  readonly length: number
  readonly hashes: { readonly sha256: string }
}

export interface SignedMeta extends SignedPart {
  readonly meta: Readonly<Record<string, MetaEntry>>
}

/** The current content of a repository's folder. */
export interface RepositoryState {
  readonly root: SignedRoot
  /** `targets`, and the roles that it delegates paths to. */
  readonly targets: ReadonlyMap<string, SignedTargets>
  readonly snapshot: SignedMeta
  readonly timestamp: SignedMeta
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Reads what is published in a folder. timestamp.json leads to the rest, so files that a killed process left are not part of it.
 *
 * @throws PatchError `NOT_FOUND` for a folder without a repository; `MALFORMED` for one whose files do not belong together
 */
export async function readState(folder: string): Promise<RepositoryState> {
  const at = (name: string) => join(folder, 'metadata', name)
  const timestampBytes = await readFile(at('timestamp.json')).catch((cause) => {
    throw new PatchError('NOT_FOUND', {
      expected: `a repository in ${folder}`,
      found: 'no metadata/timestamp.json',
      remedy: 'Check the path, or make one with `policypatch repo init`',
      cause,
    })
  })
  try {
    const version = newestRoot(await readdir(join(folder, 'metadata')))
    const root = Metadata.fromJSON(MetadataKind.Root, parse(await readFile(at(`${version}.root.json`))))
    root.verifyDelegate('root', root)
    const timestamp = Metadata.fromJSON(MetadataKind.Timestamp, parse(timestampBytes))
    const snapshotBytes = await readFile(at(`${timestamp.signed.snapshotMeta.version}.snapshot.json`))
    timestamp.signed.snapshotMeta.verify(snapshotBytes)
    const snapshot = Metadata.fromJSON(MetadataKind.Snapshot, parse(snapshotBytes))
    const targets = new Map<string, SignedTargets>()
    for (const [name, meta] of Object.entries(snapshot.signed.meta)) {
      const bytes = await readFile(at(`${meta.version}.${name}`))
      meta.verify(bytes)
      targets.set(name.replace(/\.json$/, ''), parse(bytes).signed as unknown as SignedTargets)
    }
    const signed = <T>(metadata: { readonly signed: { toJSON(): unknown } }) => metadata.signed.toJSON() as T
    return {
      root: signed(root),
      snapshot: signed(snapshot),
      timestamp: signed(timestamp),
      targets,
    }
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `the files of a repository in ${folder}`,
      found: (cause as Error).message,
      remedy: 'Restore the folder from a copy',
      cause,
    })
  }
}

const parse = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))

function newestRoot(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => Number(/^(\d+)\.root\.json$/.exec(name)?.[1] ?? 0)))
}

/** The keys of a role that root names, or that the targets role delegates paths to. */
export function keysOf({ root, targets }: Pick<RepositoryState, 'root' | 'targets'>, role: string): RoleKeys {
  if (Object.hasOwn(root.roles, role)) return root.roles[role as TopRole]
  const found = targets.get('targets')?.delegations?.roles.find(({ name }) => name === role)
  if (found) return found
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a role of the repository',
    found: role,
    remedy: `Use one of: ${[...topRoles, ...[...targets.keys()].filter((name) => name !== 'targets')].join(', ')}`,
  })
}
