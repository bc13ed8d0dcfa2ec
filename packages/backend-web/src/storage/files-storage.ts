import { PatchError, type Storage } from '@policypatch/core'
import { blobSource } from './blob-source.ts'
import { pathSegments } from './path-segments.ts'
import { readOnly } from './read-only.ts'

/** A file that the user dropped or chose, and where it was, such as `harmfulness/patch.json`. */
export interface NamedBlob {
  readonly path: string
  readonly blob: Blob
}

/** Files at hand as a Storage that can be read: dropped ones, chosen ones, or those of a zip archive. */
export function filesStorage(files: readonly NamedBlob[]): Storage {
  const blobs = new Map(files.map(({ path, blob }) => [normal(path), blob]))
  const find = (path: string): Blob => {
    const blob = blobs.get(normal(path))
    if (blob) return blob
    throw new PatchError('NOT_FOUND', {
      expected: `a file at ${path}`,
      found: [...blobs.keys()].join(', ') || 'no files',
      remedy: 'Add the file, or check the path',
    })
  }
  const within = (directory: string) => (normal(directory) === '' ? '' : `${normal(directory)}/`)
  return {
    specificationVersion: 'v1',
    async exists(path) {
      return blobs.has(normal(path)) || [...blobs.keys()].some((held) => held.startsWith(within(path)))
    },
    async list(directory) {
      const start = within(directory)
      const inside = [...blobs.keys()].filter((path) => path.startsWith(start))
      return [...new Set(inside.map((path) => path.slice(start.length).split('/')[0] as string))].sort()
    },
    async open(path) {
      return blobSource(path, find(path))
    },
    async read(path) {
      const blob = find(path)
      return blobSource(path, blob).read(0, blob.size)
    },
    ...readOnly('files that were given'),
  }
}

const normal = (path: string) => pathSegments(path).join('/')
