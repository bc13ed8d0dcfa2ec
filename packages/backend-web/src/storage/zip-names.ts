import { PatchError } from '@policypatch/core'
import { isPrintableLine, pathFault } from '@policypatch/core/platform'

/**
 * An entry's path without the trailing slash of folders. Throws `MALFORMED` for a path that leads elsewhere or has invisible
 * characters.
 */
export function pathOf(name: Uint8Array): { readonly path: string; readonly isFolder: boolean } {
  const text = nameOf(name)
  const isFolder = text.endsWith('/')
  const path = isFolder ? text.slice(0, -1) : text
  const fault = pathFault(path) ?? (isPrintableLine(path) ? undefined : 'an invisible character')
  if (fault) throw malformed(`an entry with ${fault}`)
  return { path, isFolder }
}

function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unsupported('a name that is not UTF-8')
  }
}

/** Names of an archive, keyed by how file systems that ignore case and Unicode normalization store them. */
export type ZipNames = Map<string, { readonly path: string; readonly isFolder: boolean }>

/** Claims a path and its folders. Throws `MALFORMED` if one of them is taken, or would be on some file system. */
export function claimName(names: ZipNames, path: string, isFolder: boolean): void {
  const key = path.normalize('NFC').toLowerCase()
  const held = names.get(key)
  if (held && !(isFolder && held.isFolder && held.path === path)) throw malformed('a duplicate name')
  names.set(key, { path, isFolder })
  const slash = path.lastIndexOf('/')
  if (slash >= 0 && !held) claimName(names, path.slice(0, slash), true)
}

export function malformed(found: string): PatchError {
  return new PatchError('MALFORMED', {
    expected: 'an archive that every reader interprets the same way',
    found,
    remedy: 'Download the archive again, or use its files',
  })
}

export function unsupported(found: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: 'a small zip archive of few files, stored or compressed with Deflate',
    found,
    remedy: 'Unpack it and use the files that you need',
  })
}
