import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { claimName, pathOf, type ZipNames } from '@policypatch/backend-web/storage'
import { PatchError, type Storage } from '@policypatch/core'
import { memoryStorage } from '@policypatch/core/platform'
import { extract } from 'tar-stream'

export interface TarLimits {
  /** For messages. */
  readonly name: string
  readonly isGzip: boolean
  /** Total size of all files. */
  readonly maxBytes: number
  /** Including folders. */
  readonly maxFiles: number
}

/** Bytes to unpack at once. */
const step = 64 * 1024

/**
 * The files of a tar archive (POSIX 1003.1, with PAX and GNU's long names) as a Storage in memory. Archives are rejected if they
 * have links or devices, names that lead out of them, or names that file systems treat as equal.
 *
 * @throws PatchError `MALFORMED`, `TRUNCATED`; `UNSUPPORTED` for more than the limits
 */
export async function tarStorage(
  archive: Uint8Array,
  { name, isGzip, maxBytes, maxFiles }: TarLimits,
): Promise<Storage> {
  const storage = memoryStorage()
  const names: ZipNames = new Map()
  let [count, length] = [0, 0]
  const unpacked = extract()
  // Headers count too: there can be many of them, and long ones.
  const bounded = atMost(2 * maxBytes)
  const whole = isGzip
    ? pipeline(pieces(archive), createGunzip(), bounded, unpacked)
    : pipeline(pieces(archive), bounded, unpacked)
  const readEntries = async () => {
    for await (const entry of unpacked) {
      const { type, size = 0 } = entry.header
      // `tar -C folder .` puts `./` before the names in a folder, and lists the folder itself.
      const own = entry.header.name.replace(/^\.\//, '')
      if (own === '' && type === 'directory') {
        entry.resume()
        continue
      }
      const { path } = pathOf(new TextEncoder().encode(own))
      if (type !== 'file' && type !== 'directory') throw malformed(name, `${path}, a ${type}`)
      if (type === 'directory' && size > 0) throw malformed(name, `${path}, a folder with content`)
      if (++count > maxFiles) throw unsupported(name, `more than ${maxFiles} files`)
      length += size
      if (length > maxBytes) throw unsupported(name, `more than ${maxBytes} bytes unpacked`)
      claimName(names, path, type === 'directory')
      const bytes = await bytesOf(entry, size)
      if (type === 'file') await storage.write(path, bytes)
    }
  }
  const entries = readEntries()
  try {
    // The iterator does not end by itself if the archive is damaged between two entries.
    await Promise.race([entries, whole.then(() => entries)])
  } catch (error) {
    throw asDamage(error, name)
  } finally {
    unpacked.destroy()
    await Promise.allSettled([whole])
  }
  if (count === 0) throw malformed(name, 'no entry')
  return storage
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
}

const pieces = (bytes: Uint8Array) => Readable.from(slices(bytes), { objectMode: false })

function atMost(bytes: number): Transform {
  let left = bytes
  return new Transform({
    transform(piece: Uint8Array, _, done) {
      left -= piece.length
      if (left >= 0) done(null, piece)
      else done(new RangeError(`more than ${bytes} bytes unpacked`))
    },
  })
}

async function bytesOf(entry: AsyncIterable<unknown>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let at = 0
  for await (const piece of entry) {
    bytes.set(piece as Uint8Array, at)
    at += (piece as Uint8Array).length
  }
  return bytes
}

function asDamage(error: unknown, name: string): PatchError {
  if (error instanceof PatchError) return error
  const { message, code } = error as NodeJS.ErrnoException
  if (error instanceof RangeError) return unsupported(name, message)
  const isCut = code === 'Z_BUF_ERROR' || /unexpected end/i.test(message)
  return new PatchError(isCut ? 'TRUNCATED' : 'MALFORMED', {
    expected: `a zip or tar archive at ${name}`,
    found: isCut ? 'one that ends early' : message,
    remedy: 'Download it again',
    cause: error,
  })
}

const malformed = (name: string, found: string) =>
  new PatchError('MALFORMED', {
    expected: `plain files and folders alone in ${name}`,
    found,
    remedy: 'Download it again, or ask its publisher for another archive',
  })

const unsupported = (name: string, found: string) =>
  new PatchError('UNSUPPORTED', {
    expected: `a small archive of few files at ${name}`,
    found,
    remedy: 'Check that it is the right file: patches are far smaller',
  })
