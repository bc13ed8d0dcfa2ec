import { PatchError, type Storage } from '@policypatch/core'
import { filesStorage, type NamedBlob } from './files-storage.ts'

/** The files of a zip archive as a Storage that can be read. */
export interface ZipStorageOptions {
  /** Most bytes that its files may have unpacked. Default 256 MiB: a patch has less than one. */
  readonly maxBytes?: number
}

/**
 * Unpacks a zip archive, in memory.
 *
 * @throws `MALFORMED` for what is no zip archive or is damaged; `UNSUPPORTED` for more than `maxBytes`.
 */
export async function zipStorage(
  archive: Blob | Uint8Array,
  { maxBytes = 256 * 1024 * 1024 }: ZipStorageOptions = {},
): Promise<Storage> {
  const { unzipSync } = await import('fflate')
  const bytes = archive instanceof Uint8Array ? archive : new Uint8Array(await archive.arrayBuffer())
  let total = 0
  const wanted = ({ name, originalSize }: { name: string; originalSize: number }) => {
    total += originalSize
    if (total > maxBytes) throw tooLarge(maxBytes)
    return !name.endsWith('/')
  }
  try {
    const files = Object.entries(unzipSync(bytes, { filter: wanted })).map(
      ([path, held]): NamedBlob => ({ path, blob: new Blob([held as Uint8Array<ArrayBuffer>]) }),
    )
    return filesStorage(files)
  } catch (cause) {
    if (cause instanceof PatchError) throw cause
    throw new PatchError('MALFORMED', {
      expected: 'a zip archive',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Get the archive again, or give its files',
      cause,
    })
  }
}

function tooLarge(maxBytes: number): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `a zip archive of at most ${maxBytes} bytes unpacked`,
    found: 'one of more',
    remedy: 'Unpack it and give the files that are needed',
  })
}
