import { existsSync } from 'node:fs'
import { fileStorage } from '@policypatch/backend-node'
import { patchFolders, zipStorage } from '@policypatch/backend-web/storage'
import { type Patch, PatchError } from '@policypatch/core'
import { excerpt, parseHubId } from '@policypatch/core/platform'
import type { CommandContext } from '../cli/command-context.ts'
import { readPatch } from './read-patch.ts'

/** What commands say of an argument that {@link findPatch} takes. */
export const patchForms = 'its folder or zip archive, or NAME[@VERSION] of one that `list` shows'

/** The patch in a folder or a zip archive, or that of `NAME` or `NAME@VERSION`, installed or with the package. */
export async function findPatch(place: string): Promise<Patch> {
  const isArchive = /\.zip$/i.test(place) && !(await isPatchFolder(place))
  return isArchive ? zippedPatch(place) : readPatch(place)
}

/** Whether a folder holds a patch, so that it can be changed there. */
export const isPatchFolder = (path: string): Promise<boolean> => fileStorage().exists(`${path}/patch.json`)

/** Most bytes of an archive: a patch has less than one MiB. */
const largestArchive = 64 * 2 ** 20

async function zippedPatch(path: string): Promise<Patch> {
  const source = await fileStorage().open(path)
  try {
    if (source.size > largestArchive) {
      throw new PatchError('UNSUPPORTED', {
        expected: `a zip archive of at most ${largestArchive} bytes at ${path}`,
        found: `${source.size}`,
        remedy: 'Unpack it and pass the folder of the patch',
      })
    }
    const storage = await zipStorage(await source.read(0, source.size))
    const [folder, ...others] = await patchFolders({ storage, path: '' })
    if (folder !== undefined && others.length === 0) return await readPatch(folder)
    throw new PatchError(folder === undefined ? 'NOT_FOUND' : 'INVALID_ARGUMENT', {
      expected: `exactly one patch in ${path}`,
      found:
        folder === undefined ? 'no patch.json' : [folder, ...others].map(({ path: own }) => own).join(', '),
      remedy: folder === undefined ? 'Check the path' : 'Unpack it and pass the folder of one of them',
    })
  } finally {
    await source.close()
  }
}

/**
 * The model to load: the one that was asked for, else the patch's base, if its manifest gives a Hub id. A path in a manifest
 * is that of whoever made it: nothing on this machine is opened because a patch names it.
 */
export function baseModel(
  { usageError }: Pick<CommandContext, 'usageError'>,
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
