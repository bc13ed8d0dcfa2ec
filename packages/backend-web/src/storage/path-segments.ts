import { PatchError } from '@policypatch/core'

/** The names that a path consists of; empty for the root. `INVALID_ARGUMENT` for one that leads out of it. */
export function pathSegments(path: string): readonly string[] {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (!segments.includes('..')) return segments
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a path inside the storage',
    found: `'${path}'`,
    remedy: "Remove '..'",
  })
}
