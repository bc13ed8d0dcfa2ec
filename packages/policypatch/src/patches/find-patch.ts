import { existsSync } from 'node:fs'
import { fileStorage } from '@policypatch/backend-node'
import { type Patch, PatchError } from '@policypatch/core'
import type { Trust } from '@policypatch/core/patch'
import { excerpt, parseHubId } from '@policypatch/core/platform'
import { readPatch } from './read-patch.ts'

/** How help texts describe an argument of {@link findPatch}. */
export const patchForms = 'its folder, .zip or .tgz, or NAME[@VERSION] of one that `list` shows'

/** Finds a patch: in a folder or an archive, or by `NAME` or `NAME@VERSION`, installed or shipped with the package. */
export async function findPatch(place: string, trust?: Trust): Promise<Patch> {
  if (!/\.(zip|tgz|tar\.gz|tar)$/i.test(place) || (await isPatchFolder(place))) {
    return readPatch(place, { trust })
  }
  const { readFileOrFolder } = await import('@policypatch/registry/state')
  const patch = await readFileOrFolder(place)
  await trust?.verify(patch)
  return patch
}

/** Whether a folder contains a patch, which can then be changed in place. */
export const isPatchFolder = (path: string): Promise<boolean> => fileStorage().exists(`${path}/patch.json`)

/**
 * The model to load: the one that was asked for, else the patch's base if its manifest gives a Hub id. A path in a manifest comes
 * from whoever made the patch, so it never opens anything on this machine.
 */
export function baseModel(
  { usageError }: { usageError(message: string): never },
  asked: string | undefined,
  patch: Patch | undefined,
): string {
  if (asked !== undefined) return asked
  if (!patch) return usageError('pass --model or --patch')
  const { id } = patch.manifest.base
  if (isHubId(id) && !existsSync(id)) return id
  return usageError(
    `${excerpt(id, 200)}, the patch's base model, is not a plain Hub id; pass the model with --model`,
  )
}

function isHubId(id: string): boolean {
  try {
    parseHubId(id)
    return true
  } catch (error) {
    if (error instanceof PatchError) return false
    throw error
  }
}
