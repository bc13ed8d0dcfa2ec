import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Patch } from '@policypatch/core'
import { PatchError } from '@policypatch/core'
import { heldPatch } from './held-patches.ts'
import type { LockedPatch } from './lock-file.ts'
import { heldVersions } from './remove.ts'
import { type StatePlace, storeFolder } from './state-place.ts'
import { readState } from './transaction.ts'

/** A version in the store. */
export interface StoredVersion {
  readonly patch: Patch
  /** How it is used for a base model; absent if the version is only kept. */
  readonly used?: LockedPatch & { readonly model: string }
}

/** The versions in the store, by name and from oldest to newest. */
export async function installedPatches(place: StatePlace): Promise<readonly StoredVersion[]> {
  const { lock } = await readState(place)
  const folder = storeFolder(place)
  const found: StoredVersion[] = []
  for (const name of existsSync(folder) ? (await readdir(folder)).sort() : []) {
    for (const version of await heldVersions(place, name)) {
      const held = await heldPatch(place, name, version)
      if (!held) continue
      const users = Object.entries(lock.models).flatMap(([model, { [name]: locked }]) =>
        locked?.version === version ? [{ ...locked, model }] : [],
      )
      if (users.length === 0) found.push({ patch: held.patch })
      for (const used of users) found.push({ patch: held.patch, used })
    }
  }
  return found
}

/**
 * The version of a patch that is in use; undefined if none is.
 *
 * @throws PatchError `INVALID_ARGUMENT` if several base models use different versions
 */
export async function versionInUse(place: StatePlace, name: string): Promise<string | undefined> {
  const { lock } = await readState(place)
  const used = new Set(Object.values(lock.models).flatMap(({ [name]: locked }) => locked?.version ?? []))
  if (used.size <= 1) return [...used][0]
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `one version of ${name}`,
    found: `${[...used].join(' and ')}, for different base models`,
    remedy: `Say which one, as ${name}@${[...used][0]}`,
  })
}
