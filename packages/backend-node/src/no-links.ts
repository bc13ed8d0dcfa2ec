import { lstat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { PatchError } from '@policypatch/core'
import { storing } from './storage-error.ts'

/** Throws `NOT_FOUND` if a path leads out of a folder, or a part of it after that folder is a link. */
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
