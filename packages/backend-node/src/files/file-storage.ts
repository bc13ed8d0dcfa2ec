import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { PatchError, type Storage } from '@policypatch/core'
import { fileSource } from './file-source.ts'
import { storageError, storing } from './storage-error.ts'
import { removeAbandoned, temporaryPath } from './temporary-file.ts'

/** Non-blocking, so that opening a named pipe that nobody reads does not wait. Windows has no such flag. */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0)

async function writeSynced(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  await handle.writeFile(bytes)
  await handle.sync()
}

/** Writes beside the target, then renames, because a rename within a folder is atomic and a write is not. */
async function replace(target: string, bytes: Uint8Array, swept: Set<string>): Promise<void> {
  const folder = dirname(target)
  await mkdir(folder, { recursive: true })
  if (!swept.has(folder)) {
    swept.add(folder)
    await removeAbandoned(folder)
  }
  const temporary = temporaryPath(target)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await writeSynced(handle, bytes)
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function extend(target: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const handle = await open(target, appending)
  try {
    const before = await handle.stat()
    try {
      await writeSynced(handle, bytes)
    } catch (error) {
      // A disk that fills up midway leaves half a row, which a later run could not read.
      if (before.isFile()) await handle.truncate(before.size)
      throw error
    }
  } finally {
    await handle.close()
  }
}

/**
 * The file system as a Storage. Relative paths start at `root` (default: the working directory); absolute paths are used as they
 * are, so `root` is a base, not a boundary. Assumes one writer per file: a failed append truncates the file to its previous
 * length.
 */
export function fileStorage(root = '.'): Storage {
  const at = (path: string) => resolve(root, path)
  // Folders that were already searched for leftovers of killed processes.
  const swept = new Set<string>()
  return {
    specificationVersion: 'v1',
    async exists(path) {
      try {
        await stat(at(path))
        return true
      } catch (error) {
        const failure = storageError(error, at(path))
        if (failure.code === 'NOT_FOUND') return false
        throw failure
      }
    },
    async list(directory) {
      return (await storing(at(directory), () => readdir(at(directory)))).sort()
    },
    async open(path, { inside } = {}) {
      if (inside === undefined) return fileSource(at(path))
      await checkNoLinks(at(inside), at(path))
      return fileSource(at(path), { follow: false })
    },
    async read(path) {
      const source = await fileSource(at(path))
      try {
        return await source.read(0, source.size)
      } finally {
        await source.close()
      }
    },
    write: (path, bytes) => storing(at(path), () => replace(at(path), bytes, swept)),
    append: (path, bytes) => storing(at(path), () => extend(at(path), bytes)),
    remove: (path) => storing(at(path), () => rm(at(path), { recursive: true, force: true })),
  }
}

/** Throws `NOT_FOUND` if `path` leads out of `folder`, or if any part of it below `folder` is a link. */
export async function checkNoLinks(folder: string, path: string): Promise<void> {
  const way = relative(folder, path)
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw notInside(path, `a path outside ${folder}`)
  let at = folder
  for (const name of way.split(sep)) {
    at = resolve(at, name)
    const part = at
    if ((await storing(part, () => lstat(part))).isSymbolicLink())
      throw notInside(path, `${at}, a link, which is not followed`)
  }
}

function notInside(path: string, found: string): PatchError {
  return new PatchError('NOT_FOUND', {
    expected: `a file at ${path}`,
    found,
    remedy: 'Replace it with a copy of the file, if you trust the source',
  })
}
