import { PatchError, type Storage } from '@policypatch/core'
import type { PartialBytes } from '@policypatch/core/platform'

/** Least bytes to gather before a write. */
const leastPiece = 4 * 1024 * 1024

/** The part of a file that was downloaded so far, stored under the file's own name. */
export interface StoredPartial extends PartialBytes {
  /** Writes the gathered bytes. */
  flush(): Promise<void>
}

/**
 * A page, unlike a Worker, copies a file to append to it: pieces that grow with the file keep the sum of all copies within a few
 * times its length. Bytes that were not yet written are lost with the tab, and downloaded again.
 *
 * @param inPlace whether the storage appends without copying
 */
export async function storedPartial(
  storage: Storage,
  path: string,
  inPlace: boolean,
  validator?: PartialBytes['validator'],
): Promise<StoredPartial> {
  let stored = await sizeOf(storage, path)
  let gathered: Uint8Array[] = []
  let waiting = 0

  const flush = async () => {
    if (waiting === 0) return
    const joined = new Uint8Array(waiting)
    let at = 0
    for (const bytes of gathered) {
      joined.set(bytes, at)
      at += bytes.length
    }
    gathered = []
    waiting = 0
    await storage.append(path, joined)
    stored += joined.length
  }

  return {
    ...(validator && { validator }),
    flush,
    async size() {
      await flush()
      return stored
    },
    async write(bytes) {
      gathered.push(bytes)
      waiting += bytes.length
      if (waiting >= (inPlace ? leastPiece : Math.max(leastPiece, stored / 4))) await flush()
    },
    async truncate(size) {
      await flush()
      if (size >= stored) return
      const start = size === 0 ? undefined : (await storage.read(path)).subarray(0, size)
      await storage.remove(path)
      stored = 0
      if (!start) return
      await storage.append(path, start)
      stored = size
    },
  }
}

async function sizeOf(storage: Storage, path: string): Promise<number> {
  try {
    const source = await storage.open(path)
    await source.close()
    return source.size
  } catch (error) {
    if (error instanceof PatchError && error.code === 'NOT_FOUND') return 0
    throw error
  }
}
