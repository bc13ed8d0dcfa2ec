import { PatchError, type Storage } from '@policypatch/core'
import { type ByteSource, bytesSource } from '@policypatch/core/platform'
import { namedStorage } from './files-storage.ts'
import { readZipDirectory, type ZipEntry } from './zip-directory.ts'

/** Limits for reading a zip archive. */
export interface ZipStorageOptions {
  /**
   * Maximum size of the files and of the archive, in bytes. Default 256 MiB; a patch has less than 1 MiB. In any case, files may
   * unpack to at most four times the archive's length plus 16 MiB.
   */
  readonly maxBytes?: number
  /** Maximum number of files. Default 1000. */
  readonly maxFiles?: number
}

const megabyte = 2 ** 20

/**
 * A zip archive whose files are unpacked, in memory, when they are read. Archives are rejected if two readers could interpret
 * them differently, if they contain links, or if they unpack to much more than their own length.
 *
 * @throws `MALFORMED` for data that is not a zip archive, is ambiguous or is damaged, here or when a file is read;
 *   `UNSUPPORTED` for more than `maxBytes` or `maxFiles`, for encryption, and for entries that are neither stored nor
 *   compressed with Deflate.
 */
export async function zipStorage(
  archive: Blob | Uint8Array,
  { maxBytes = 256 * megabyte, maxFiles = 1000 }: ZipStorageOptions = {},
): Promise<Storage> {
  const { Inflate } = await import('fflate')
  const length = archive instanceof Uint8Array ? archive.length : archive.size
  if (length > maxBytes) {
    throw new PatchError('UNSUPPORTED', {
      expected: `a zip archive of at most ${maxBytes} bytes`,
      found: `${length}`,
      remedy: 'Unpack it and use the files that you need',
    })
  }
  const bytes = archive instanceof Uint8Array ? archive : new Uint8Array(await archive.arrayBuffer())
  const entries = readZipDirectory(bytes, {
    maxFiles,
    maxBytes: Math.min(maxBytes, 4 * length + 16 * megabyte),
  })
  for (const entry of entries) if (entry.isDeflated) checkEnd(entry, Inflate)
  return namedStorage(new Map(entries.map((entry) => [entry.path, () => entrySource(entry, Inflate)])))
}

type Inflater = typeof import('fflate').Inflate

/** Unpacks the entry when it is first read. */
function entrySource(entry: ZipEntry, Inflate: Inflater): ByteSource {
  let unpacked: ByteSource | undefined
  return {
    name: entry.path,
    size: entry.size,
    async read(start, end) {
      unpacked ??= bytesSource(entry.path, unpack(entry, Inflate))
      return unpacked.read(start, end)
    },
    async close() {
      unpacked = undefined
    },
  }
}

/**
 * Throws `MALFORMED` unless the entry's last byte is needed: sequential readers find the end of an entry by unpacking it, and
 * would look for another entry in what is left. It also must not unpack to more than its declared size.
 */
function checkEnd(entry: ZipEntry, Inflate: Inflater): void {
  const { path, stored, size } = entry
  let length = 0
  const stream = new Inflate((piece) => {
    length += piece.length
    if (length > size) throw tooMuch(path, size)
  })
  try {
    // The inflater emits bytes as they come only if more input is to follow.
    for (let at = 0; at < stored.length - 1; at += step) {
      stream.push(stored.subarray(at, Math.min(at + step, stored.length - 1)))
    }
    stream.push(new Uint8Array(0), true)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === unexpectedEnd) return
    throw asDamage(error, path)
  }
  // If the last byte has only zeros, the inflater does without it.
  if (isAlikeWithAnotherEnd(entry, Inflate)) throw damaged(path, 'bytes after its end')
}

/** Whether an entry unpacks to the same bytes with a different last byte. */
function isAlikeWithAnotherEnd(entry: ZipEntry, Inflate: Inflater): boolean {
  const stored = Uint8Array.from(entry.stored)
  stored[stored.length - 1] = ~(stored.at(-1) ?? 0)
  try {
    unpack({ ...entry, stored }, Inflate)
    return true
  } catch (error) {
    if (error instanceof PatchError && error.code === 'MALFORMED') return false
    throw error
  }
}

/** fflate's FlateErrorCode.UnexpectedEOF. */
const unexpectedEnd = 0

/** Bytes to unpack at once: each may become a thousand. */
const step = 4096

function unpack({ path, stored, isDeflated, size, crc }: ZipEntry, Inflate: Inflater): Uint8Array {
  const bytes = new Uint8Array(size)
  let length = 0
  const add = (piece: Uint8Array) => {
    if (length + piece.length > size) throw tooMuch(path, size)
    bytes.set(piece, length)
    length += piece.length
  }
  try {
    if (isDeflated) push(stored, new Inflate(add))
    else add(stored)
  } catch (error) {
    throw asDamage(error, path)
  }
  if (length < size) throw damaged(path, `${length} of ${size} bytes`)
  if (crc32(bytes) !== crc) throw damaged(path, 'bytes whose CRC-32 differs from the directory')
  return bytes
}

function push(stored: Uint8Array, stream: InstanceType<Inflater>): void {
  for (let at = 0; at < stored.length || at === 0; at += step) {
    stream.push(stored.subarray(at, at + step), at + step >= stored.length)
  }
}

const tooMuch = (path: string, size: number) => damaged(path, `more than the ${size} bytes in its directory`)

const asDamage = (error: unknown, path: string): PatchError =>
  error instanceof PatchError
    ? error
    : damaged(path, `data that cannot be unpacked: ${(error as Error).message}`, error)

function damaged(path: string, found: string, cause?: unknown): PatchError {
  return new PatchError('MALFORMED', {
    expected: `the file ${path} in the zip archive`,
    found,
    remedy: 'Download the archive again, or use its files',
    cause,
  })
}

/** CRC of each single byte; polynomial 0xedb88320, bits reversed. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/** CRC-32 as used in zip archives (ISO 3309), from 0 to 2³² − 1. */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff
  for (const byte of bytes) rest = (rest >>> 8) ^ (table[(rest ^ byte) & 0xff] as number)
  return (rest ^ 0xffffffff) >>> 0
}
