import { PatchError } from './errors.ts'
import type { Storage } from './storage.ts'

/**
 * A file whole, where it is no longer than it can reasonably be: nothing of a longer one is read.
 *
 * @throws PatchError `NOT_FOUND`, `STORAGE_FAILED`, or `UNSUPPORTED` for a longer one
 */
export async function readWithin(storage: Storage, path: string, mostBytes: number): Promise<Uint8Array> {
  const source = await storage.open(path)
  try {
    if (source.size <= mostBytes) return await source.read(0, source.size)
    throw new PatchError('UNSUPPORTED', {
      expected: `at most ${mostBytes} bytes in ${path}`,
      found: `${source.size}`,
      remedy: 'Check that it is the file that was meant; fetch or write it again',
    })
  } finally {
    await source.close()
  }
}
