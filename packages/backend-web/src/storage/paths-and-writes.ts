import { PatchError, type Storage } from '@policypatch/core'

/** The write methods of a read-only Storage: each throws `STORAGE_FAILED`. */
export function readOnly(what: string): Pick<Storage, 'write' | 'append' | 'remove'> {
  const refuse = async (path: string): Promise<never> => {
    throw new PatchError('STORAGE_FAILED', {
      expected: `to write ${path}`,
      found: `${what}, which are read-only`,
      remedy: 'Use a writable storage, such as opfsStorage()',
    })
  }
  return { write: refuse, append: refuse, remove: refuse }
}

/** The segments of a path; empty for the root. Throws `INVALID_ARGUMENT` for a path that leads out of the root. */
export function pathSegments(path: string): readonly string[] {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (!segments.includes('..')) return segments
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a path inside the storage',
    found: `'${path}'`,
    remedy: "Remove '..'",
  })
}
