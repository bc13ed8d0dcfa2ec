import { PatchError } from '../errors.ts'
import { type Place, type StoredPlace, storedAt } from './place.ts'
import type { ByteSource, Storage } from './storage.ts'

/** A ByteSource over bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(start, end) {
      if (end > bytes.length) {
        throw new PatchError('TRUNCATED', {
          expected: `${end} bytes in ${name}`,
          found: `${bytes.length}`,
          remedy: 'The file is truncated; download or write it again',
        })
      }
      return bytes.subarray(start, end)
    },
    async close() {},
  }
}

/** Where a run is stored: in memory if it has no place. */
export const keptAt = (place: Place | undefined): StoredPlace =>
  storedAt(place ?? { storage: memoryStorage(), path: '' })

/** A Storage in memory: for tests, and for pages that store nothing. `capacity` in bytes makes it fill up. */
export function memoryStorage({ capacity = Number.POSITIVE_INFINITY } = {}): Storage {
  const files = new Map<string, Uint8Array>()
  const normal = (path: string) =>
    path
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .join('/')
  const find = (path: string): Uint8Array => {
    const bytes = files.get(normal(path))
    if (bytes) return bytes
    throw new PatchError('NOT_FOUND', {
      expected: `a file at ${path}`,
      found: 'none',
      remedy: 'Check the path',
    })
  }
  const put = (path: string, bytes: Uint8Array) => {
    let used = bytes.length
    for (const [name, held] of files) if (name !== normal(path)) used += held.length
    if (used > capacity) {
      throw new PatchError('STORAGE_FAILED', {
        expected: `room for ${bytes.length} bytes at ${path}`,
        found: 'that the storage is full',
        remedy: 'Free some space and try again',
      })
    }
    files.set(normal(path), bytes)
  }
  return {
    specificationVersion: 'v1',
    async exists(path) {
      const name = normal(path)
      return files.has(name) || [...files.keys()].some((file) => file.startsWith(`${name}/`))
    },
    async list(directory) {
      const folder = normal(directory)
      const start = folder === '' ? '' : `${folder}/`
      const names = new Set<string>()
      for (const file of files.keys()) {
        if (file.startsWith(start)) names.add(file.slice(start.length).split('/')[0] as string)
      }
      return [...names].sort()
    },
    async open(path) {
      return bytesSource(path, find(path))
    },
    async read(path) {
      return find(path).slice()
    },
    async write(path, bytes) {
      put(path, new Uint8Array(bytes))
    },
    async append(path, bytes) {
      const before = files.get(normal(path)) ?? new Uint8Array(0)
      const joined = new Uint8Array(before.length + bytes.length)
      joined.set(before)
      joined.set(bytes, before.length)
      put(path, joined)
    },
    async remove(path) {
      const name = normal(path)
      for (const file of [...files.keys()]) {
        if (file === name || file.startsWith(`${name}/`)) files.delete(file)
      }
    },
  }
}
