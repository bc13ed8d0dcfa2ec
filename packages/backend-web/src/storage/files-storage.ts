import { PatchError, type Storage } from '@policypatch/core'
import type { ByteSource } from '@policypatch/core/platform'
import { blobSource } from './blob-source.ts'
import { pathSegments, readOnly } from './paths-and-writes.ts'

/** A file that the user dropped or selected, and its path, such as `harmfulness/patch.json`. */
export interface NamedBlob {
  readonly path: string
  readonly blob: Blob
}

/**
 * Dropped or selected files as a read-only Storage.
 *
 * @throws `INVALID_ARGUMENT` for two files with the same path, such as `p/patch.json` and `p//patch.json`
 */
export function filesStorage(files: readonly NamedBlob[]): Storage {
  const sources = new Map<string, () => ByteSource>()
  for (const { path, blob } of files) {
    const name = normal(path)
    if (name === '' || sources.has(name)) {
      throw new PatchError('INVALID_ARGUMENT', {
        expected: 'files that each have their own path',
        found: name === '' ? `the path '${path}'` : `two files at ${name}`,
        remedy: 'Pass each file once, with its own path',
      })
    }
    sources.set(name, () => blobSource(path, blob))
  }
  return namedStorage(sources)
}

/** Functions that open files, by their paths without `.` and empty names, as a read-only Storage. */
export function namedStorage(files: ReadonlyMap<string, () => ByteSource>): Storage {
  const some = firstOf(files.keys(), mostNamed)
  const find = (path: string): ByteSource => {
    const source = files.get(normal(path))
    if (source) return source()
    throw new PatchError('NOT_FOUND', {
      expected: `a file at ${path}`,
      found: some.join(', ') || 'no files',
      remedy: 'Add the file, or check the path',
    })
  }
  const folders = namesByFolder(files.keys())
  return {
    specificationVersion: 'v1',
    async exists(path) {
      return files.has(normal(path)) || folders.has(normal(path))
    },
    async list(directory) {
      return [...(folders.get(normal(directory)) ?? [])].sort()
    },
    async open(path) {
      return find(path)
    },
    async read(path) {
      const source = find(path)
      return source.read(0, source.size)
    },
    ...readOnly('the given files'),
  }
}

/** The names directly in each folder, by the folder's path; the root's path is empty. */
function namesByFolder(paths: Iterable<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>([['', new Set()]])
  for (const path of paths) {
    let folder = ''
    for (const name of path.split('/')) {
      const names = folders.get(folder) ?? new Set()
      folders.set(folder, names.add(name))
      folder = folder === '' ? name : `${folder}/${name}`
    }
  }
  return folders
}

/** Most file names in a message. */
const mostNamed = 10

function firstOf<T>(items: Iterable<T>, most: number): T[] {
  const first: T[] = []
  for (const item of items) {
    if (first.length === most) break
    first.push(item)
  }
  return first
}

const normal = (path: string) => pathSegments(path).join('/')
