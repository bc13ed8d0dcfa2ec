/**
 * Files, wherever they are: a storage reads and writes them by path, a `ByteSource` reads parts of one. Foreign JSON is parsed
 * strictly (strict-json), rows are read line by line (json-lines), and files of another kind are recognized (foreign-file).
 */

import { PatchError } from '../errors.ts'

/** Bytes that can be read in ranges: a file, a blob, a remote object. */
export interface ByteSource {
  /** For messages: a path or an address. */
  readonly name: string
  /** Length in bytes. */
  readonly size: number
  /** The bytes of [start, end); throws `TRUNCATED` if the source ends before `end`. */
  read(start: number, end: number): Promise<Uint8Array>
  close(): Promise<void>
}

export interface OpenOptions {
  /**
   * A folder that must itself contain the file: storages with links refuse links below it, so that a stranger's files cannot
   * expose this machine's. The folder itself may be a link.
   */
  readonly inside?: string
  /** Maximum number of bytes accepted: storages that download a file stop after them, and throw `UNSUPPORTED`. */
  readonly mostBytes?: number
}

/**
 * Where models are read from, and patches, pairs and checkpoints are stored: a file system, browser storage, or memory. Paths use
 * `/`. Every method throws a PatchError: `NOT_FOUND` for what does not exist, `STORAGE_FAILED` if the disk is full or the place
 * is not writable.
 */
export interface Storage {
  readonly specificationVersion: 'v1'
  exists(path: string): Promise<boolean>
  /** Names (not paths) of the files and folders directly in a folder, sorted. */
  list(directory: string): Promise<readonly string[]>
  open(path: string, options?: OpenOptions): Promise<ByteSource>
  read(path: string): Promise<Uint8Array>
  /** Replaces the file completely or not at all; creates the folders it needs. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Appends to a file, creating it if necessary; existing contents are safe whatever happens. */
  append(path: string, bytes: Uint8Array): Promise<void>
  /** Removes a file, or a folder with its contents; does nothing if there is none. */
  remove(path: string): Promise<void>
}

/**
 * Reads a whole file unless it is unreasonably long: nothing of a longer one is read.
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

/** For a file longer than the limit. */
export function tooLong(path: string, mostBytes: number, found = 'more'): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `at most ${mostBytes} bytes in ${path}`,
    found,
    remedy: 'Check that it is the right file, or download or write it again',
  })
}
