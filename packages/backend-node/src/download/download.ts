import type { FileHandle } from 'node:fs/promises'
import {
  type Digest,
  digestMismatch,
  type PartialBytes,
  type TransferRequest,
  throwIfAborted,
  transfer,
} from '@policypatch/core/platform'
import { storageError, storing } from '../files/storage-error.ts'
import { claimPartial } from './partial-file.ts'
import { fileDigest } from './verified-file.ts'

export interface DownloadRequest extends TransferRequest {
  /** The file's path on this machine. Until it is complete, it lies beside it as `<target>.partial`. */
  readonly target: string
  readonly digest?: Digest | undefined
}

/** A local file as the target of a transfer. */
function partialBytes(handle: FileHandle, target: string): PartialBytes {
  return {
    size: async () => (await handle.stat()).size,
    async write(bytes, at) {
      await storing(target, () => handle.write(bytes, 0, bytes.length, at))
    },
    truncate: (size) => storing(target, () => handle.truncate(size)),
  }
}

/**
 * Downloads a file, resuming where an earlier run stopped. The file appears at `target` only once it is complete and has the
 * expected digest.
 *
 * Throws `UNREACHABLE`, `ABORTED`, `MALFORMED` and `STORAGE_FAILED`, which keep the partial download, and `DIGEST_MISMATCH`,
 * which discards it.
 */
export async function download(request: DownloadRequest): Promise<void> {
  const { target, digest, signal, url } = request
  throwIfAborted(signal, `the download of ${url}`)
  const partial = await storing(target, () => claimPartial(target))
  let hex: string | undefined
  try {
    await transfer(partialBytes(partial.handle, target), request)
    hex = digest && (await fileDigest(partial.path, digest.algorithm))
  } catch (error) {
    await partial.keep()
    throw storageError(error, target)
  }
  if (digest && hex !== undefined && hex !== digest.hex) {
    await partial.discard()
    throw digestMismatch(url, digest, hex)
  }
  await storing(target, () => partial.finish())
}
