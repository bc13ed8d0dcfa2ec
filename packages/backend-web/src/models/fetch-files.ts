import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Storage } from '@policypatch/core'
import {
  type ByteSource,
  type Digest,
  digestMismatch,
  type PartialBytes,
  type RetryOptions,
  transfer,
} from '@policypatch/core/platform'
import { writesInPlace } from '../storage/opfs-file.ts'
import { type ModelFile, type ModelRecord, writeRecord } from './model-record.ts'
import { storedPartial } from './stored-partial.ts'

export interface WebDownloadProgress {
  /** The file that is being fetched. */
  readonly file: string
  /** Bytes so far and in total, over all files of the model; `total` is undefined if it is not known. */
  readonly done: number
  readonly total: number | undefined
}

export interface FetchFilesOptions extends RetryOptions {
  readonly storage: Storage
  readonly folder: string
  /** Milliseconds without a byte after which the connection counts as lost. Default 30 000. */
  readonly stallTimeout?: number | undefined
  readonly onProgress?: ((progress: WebDownloadProgress) => void) | undefined
}

/**
 * Downloads a model's files into a folder, resuming where an earlier run stopped, and checks their digests. Marks the model as
 * complete in its record once all files are.
 */
export async function fetchFiles(record: ModelRecord, options: FetchFilesOptions): Promise<ModelRecord> {
  const { storage, folder, onProgress } = options
  const files = [...record.files]
  const sizes = files.map(({ size }) => size)
  const save = (complete: boolean) => writeRecord(storage, folder, { ...record, complete, files })
  await save(false)
  let before = 0
  for (const [index, file] of files.entries()) {
    const validator: PartialBytes['validator'] = {
      get: async () => files[index]?.etag,
      async set(etag) {
        files[index] = { ...file, etag }
        await save(false)
      },
    }
    const offset = before
    const length = await fetchFile(file, {
      ...options,
      ...(!file.digest && { validator }),
      onBytes(bytes, total) {
        sizes[index] = total ?? sizes[index]
        onProgress?.({ file: file.name, done: offset + bytes, total: sum(sizes) })
      },
    })
    files[index] = { ...(files[index] ?? file), size: length }
    before += length
  }
  await save(true)
  return { ...record, complete: true, files }
}

interface FetchFileOptions extends FetchFilesOptions {
  readonly validator?: PartialBytes['validator']
  readonly onBytes: (done: number, total: number | undefined) => void
}

/**
 * Downloads one file and returns its length in bytes. A listed size is trusted only with a digest: other files may have changed.
 */
async function fetchFile(
  { name, url, size: listed, digest }: ModelFile,
  { storage, folder, validator, onBytes, ...request }: FetchFileOptions,
): Promise<number> {
  const path = `${folder}/${name}`
  const size = digest ? listed : undefined
  const partial = await storedPartial(storage, path, writesInPlace(), validator)
  try {
    await transfer(partial, { ...request, url, size, ifRange: isSameOrigin(url), onProgress: onBytes })
    if (size !== undefined) onBytes(size, size)
  } finally {
    await partial.flush()
  }
  if (digest) {
    const source = await storage.open(path)
    const hex = await streamDigest(source, digest.algorithm).finally(() => source.close())
    if (hex !== digest.hex) {
      await storage.remove(path)
      throw digestMismatch(url, digest, hex)
    }
  }
  return partial.size()
}

/** Another origin would have to allow If-Range by CORS, and most do not. There, ETags are compared afterwards. */
function isSameOrigin(url: string): boolean {
  return new URL(url).origin === globalThis.location?.origin
}

function sum(sizes: readonly (number | undefined)[]): number | undefined {
  let total = 0
  for (const size of sizes) {
    if (size === undefined) return undefined
    total += size
  }
  return total
}

/** Bytes read at a time. */
const piece = 4 * 1024 * 1024

/**
 * The digest of a file, read in chunks: the browser's own crypto.subtle only takes a whole file, and a model does not fit into
 * memory twice.
 */
export async function streamDigest(source: ByteSource, algorithm: Digest['algorithm']): Promise<string> {
  const hash = algorithm === 'sha256' ? sha256.create() : sha1.create()
  if (algorithm === 'git-blob') hash.update(new TextEncoder().encode(`blob ${source.size}\0`))
  for (let at = 0; at < source.size; at += piece) {
    hash.update(await source.read(at, Math.min(at + piece, source.size)))
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
