import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { type Patch, PatchError, readPatch } from '@policypatch/core'
import { sha256 } from '@policypatch/core/platform'
import { type StatePlace, storeFolder } from './state-place.ts'

/** What identifies a patch: the SHA-256 of its patch.json, which holds those of its other files. */
export const digestOf = (patch: Patch): Promise<string> => sha256(patch.files['patch.json'] as Uint8Array)

/** A version in the store, checked; undefined if it is missing or damaged, so that it must be fetched. */
export async function heldPatch(
  place: StatePlace,
  name: string,
  version: string,
): Promise<{ readonly patch: Patch; readonly digest: string } | undefined> {
  const path = join(storeFolder(place), name, version)
  if (!existsSync(path)) return undefined
  try {
    const patch = await readPatch({ storage: fileStorage(), path })
    return { patch, digest: await digestOf(patch) }
  } catch (error) {
    if (error instanceof PatchError && error.code !== 'STORAGE_FAILED') return undefined
    throw error
  }
}
