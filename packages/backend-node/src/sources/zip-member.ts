import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { PatchError } from '@policypatch/core'
import { openPromise, type ZipFile } from 'yauzl'

export interface ExtractOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

function archiveError(error: unknown, archive: string): unknown {
  const { name, syscall } = error as NodeJS.ErrnoException
  if (error instanceof PatchError || syscall || name === 'AbortError') return error
  return new PatchError('MALFORMED', {
    expected: `a zip archive at ${archive}`,
    found: (error as Error).message,
    remedy: 'Download it again',
    cause: error,
  })
}

async function extract(
  zip: ZipFile,
  member: string,
  target: string,
  options: ExtractOptions,
): Promise<boolean> {
  const { signal, onProgress } = options
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== member) continue
    let done = 0
    const content = await zip.openReadStreamPromise(entry)
    content.on('data', (piece: Buffer) => {
      done += piece.length
      onProgress?.(done, entry.uncompressedSize)
    })
    await pipeline(content, createWriteStream(target, { flags: 'a', flush: true }), signal ? { signal } : {})
    return true
  }
  return false
}

/**
 * Appends one member of a zip archive to a file, as a stream. Throws `NOT_FOUND` if it is absent, `MALFORMED` if the archive is
 * not a zip file.
 */
export async function extractMember(
  archive: string,
  member: string,
  target: string,
  options: ExtractOptions = {},
): Promise<void> {
  let members = 0
  try {
    const zip = await openPromise(archive, { lazyEntries: true, autoClose: false })
    members = zip.entryCount
    try {
      if (await extract(zip, member, target, options)) return
    } finally {
      zip.close()
    }
  } catch (error) {
    throw archiveError(error, archive)
  }
  throw new PatchError('NOT_FOUND', {
    expected: `${member} in ${archive}`,
    found: `${members} other members`,
    remedy: 'Check the version of the package and the name of the member',
  })
}
