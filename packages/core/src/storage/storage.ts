/**
 * Files, wherever they are: a storage reads and writes them by path, a `ByteSource` reads parts of one. JSON of others is read
 * strictly (strict-json), rows line by line (json-lines), and what is no such file is called by its name (foreign-file).
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
   * A folder that the file must be in by itself: storages that have links refuse one on the way from there, so that files of
   * a stranger show none of this machine's. The folder may be a link.
   */
  readonly inside?: string
  /** Bytes that the reader takes: storages that get a file from elsewhere stop after them, and throw `UNSUPPORTED`. */
  readonly mostBytes?: number
}

/**
 * Where models are read from, and patches, pairs and checkpoints are kept: a file system, browser storage, or memory. Paths
 * use `/`. Every method throws a PatchError: `NOT_FOUND` for what is absent, `STORAGE_FAILED` if the disk is full or the
 * place cannot be written.
 */
export interface Storage {
  readonly specificationVersion: 'v1'
  exists(path: string): Promise<boolean>
  /** Names (not paths) of the files and folders directly in a folder, sorted. */
  list(directory: string): Promise<readonly string[]>
  open(path: string, options?: OpenOptions): Promise<ByteSource>
  read(path: string): Promise<Uint8Array>
  /** Replaces the file whole or not at all; makes the folders it needs. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Adds to the end of a file, making it if need be; what was there stays whatever happens. */
  append(path: string, bytes: Uint8Array): Promise<void>
  /** Removes a file or a folder with all it holds; nothing happens where there is none. */
  remove(path: string): Promise<void>
}

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
