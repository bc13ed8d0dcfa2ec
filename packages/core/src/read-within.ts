import { PatchError } from './errors.ts'
import type { OpenOptions, Storage } from './storage.ts'

/**
 * A file whole, where it is no longer than it can reasonably be: nothing of a longer one is read.
 *
 * @throws PatchError `NOT_FOUND`, `STORAGE_FAILED`, or `UNSUPPORTED` for a longer one
 */
export async function readWithin(
  storage: Storage,
  path: string,
  mostBytes: number,
  options: Pick<OpenOptions, 'inside'> = {},
): Promise<Uint8Array> {
  const source = await storage.open(path, { ...options, mostBytes })
  try {
    if (source.size <= mostBytes) return await source.read(0, source.size)
    throw tooLong(path, mostBytes, `${source.size}`)
  } finally {
    await source.close()
  }
}

/** For a file of more bytes than are read. */
export function tooLong(path: string, mostBytes: number, found = 'more'): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `at most ${mostBytes} bytes in ${path}`,
    found,
    remedy: 'Check that it is the right file, or download or write it again',
  })
}
