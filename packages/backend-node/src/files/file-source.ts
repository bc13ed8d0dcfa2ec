import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { PatchError } from '@policypatch/core'
import type { ByteSource } from '@policypatch/core/platform'
import { storing } from './storage-error.ts'

// Node reads at most 2³¹ − 1 bytes in one call; tensors of large models are longer.
const largestRead = 2 ** 30

/**
 * Non-blocking, so that opening does not wait either if a named pipe replaces the file after the check. Windows has no such
 * flags.
 */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
const noFollow = constants.O_NOFOLLOW ?? 0

function truncated(path: string, end: number, size: number): PatchError {
  return new PatchError('TRUNCATED', {
    expected: `${end} bytes in ${path}`,
    found: `${size}`,
    remedy: 'The file is truncated; download or write it again',
  })
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a named pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}

function checkRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return
  throw new PatchError('NOT_FOUND', {
    expected: `a file at ${path}`,
    found: kindOf(stats),
    remedy: stats.isDirectory() ? 'Use a file in it' : 'Use a regular file, or a link to one',
  })
}

async function fill(handle: FileHandle, bytes: Uint8Array, start: number): Promise<number> {
  let filled = 0
  while (filled < bytes.length) {
    const length = Math.min(bytes.length - filled, largestRead)
    const { bytesRead } = await handle.read(bytes, filled, length, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

/**
 * A regular file, or a link to one, as a ByteSource. It stays open until `close`, and only the requested ranges are read. Any
 * other kind of file throws `NOT_FOUND` without being opened, because a named pipe would keep its reader waiting.
 *
 * @param options.follow `false` rejects links
 */
export async function fileSource(path: string, { follow = true } = {}): Promise<ByteSource> {
  checkRegular(path, await storing(path, () => stat(path)))
  const handle = await storing(path, () => open(path, follow ? flags : flags | noFollow))
  let size: number
  try {
    const stats = await storing(path, () => handle.stat())
    checkRegular(path, stats)
    size = stats.size
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    name: path,
    size,
    async read(start, end) {
      // Check before allocating: a malformed header may ask for more than memory holds.
      if (end > size) throw truncated(path, end, size)
      const bytes = new Uint8Array(end - start)
      const filled = await storing(path, () => fill(handle, bytes, start))
      if (filled < bytes.length) throw truncated(path, end, start + filled)
      return bytes
    },
    close: () => handle.close(),
  }
}
