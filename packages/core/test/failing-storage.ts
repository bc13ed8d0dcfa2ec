import { PatchError } from '../src/errors.ts'
import type { Storage } from '../src/storage/storage.ts'

/**
 * A storage that fails permanently after `writes` more writes and appends. The failing append leaves half of its bytes behind, as
 * a killed process can.
 */
export function failingStorage(storage: Storage, writes: number): Storage {
  let left = writes
  const full = (path: string) =>
    new PatchError('STORAGE_FAILED', {
      expected: `room for ${path}`,
      found: 'that the disk is full',
      remedy: 'Free some space and try again',
    })
  return {
    ...storage,
    async write(path, bytes) {
      if (left-- <= 0) throw full(path)
      await storage.write(path, bytes)
    },
    async append(path, bytes) {
      if (left-- <= 0) {
        if (left === -1) await storage.append(path, bytes.subarray(0, bytes.length >> 1))
        throw full(path)
      }
      await storage.append(path, bytes)
    },
  }
}
