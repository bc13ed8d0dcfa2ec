import { fileStorage } from '@policypatch/backend-node'
import { patchFolders, zipStorage } from '@policypatch/backend-web/storage'
import { type Patch, PatchError } from '@policypatch/core'
import { patchStore, readPatch } from '../stored/patches.ts'

/** What commands say of an argument that {@link findPatch} takes. */
export const patchForms = 'a folder, a zip archive, or NAME[@VERSION] of an installed patch'

/** A patch's name with the version that was asked for. */
export interface PatchSpec {
  readonly name: string
  readonly version: string | undefined
}

/** Parses `NAME` or `NAME@VERSION`. */
export function parsePatchSpec(text: string): PatchSpec {
  const at = text.indexOf('@')
  return at < 0
    ? { name: text, version: undefined }
    : { name: text.slice(0, at), version: text.slice(at + 1) }
}

/** The patch in a folder or a zip archive, or the installed one of that `NAME` or `NAME@VERSION` where neither is there. */
export async function findPatch(text: string): Promise<Patch> {
  if ((await isPatchFolder(text)) || /[/\\]|\.zip$/i.test(text)) return openPatch(text)
  const { name, version } = parsePatchSpec(text)
  return patchStore().get(name, version)
}

/** The patch in a folder or a zip archive. */
export async function openPatch(path: string): Promise<Patch> {
  const isArchive = /\.zip$/i.test(path) && !(await isPatchFolder(path))
  return isArchive ? zippedPatch(path) : readPatch(path)
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
    const [folder, ...others] = await patchFolders(storage)
    if (folder !== undefined && others.length === 0) return await readPatch(folder, storage)
    throw new PatchError(folder === undefined ? 'NOT_FOUND' : 'INVALID_ARGUMENT', {
      expected: `exactly one patch in ${path}`,
      found: folder === undefined ? 'no patch.json' : [folder, ...others].join(', '),
      remedy: folder === undefined ? 'Check the path' : 'Unpack it and pass the folder of one of them',
    })
  } finally {
    await source.close()
  }
}
