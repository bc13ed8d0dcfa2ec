import { PatchError, type Storage } from '@policypatch/core'
import {
  type ByteSource,
  bodyWithin,
  type RetryOptions,
  retryingFetch,
  tooLong,
  unreachable,
} from '@policypatch/core/platform'
import { blobSource } from './blob-source.ts'
import { pathSegments, readOnly } from './paths-and-writes.ts'

export interface FetchStorageOptions extends RetryOptions {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * A folder on a web server as a read-only Storage, such as a published patch. Files are read in ranges if the server supports
 * them, else as a whole. The files of a folder cannot be listed over HTTP: `UNSUPPORTED`.
 *
 * @param baseUrl the folder's URL; relative to the page, or in a Worker to its script
 */
export function fetchStorage(
  baseUrl: string | URL,
  { headers, ...retry }: FetchStorageOptions = {},
): Storage {
  const base = new URL(`${String(baseUrl).replace(/\/+$/, '')}/`, globalThis.location?.href)
  const send = retryingFetch(retry)
  const addressOf = (path: string) => new URL(pathSegments(path).map(encodeURIComponent).join('/'), base).href

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const url = addressOf(path)
    const response = await send(url, { ...init, headers: { ...headers, ...init.headers } })
    if (isAbsent(response, path)) {
      await response.body?.cancel()
      throw new PatchError('NOT_FOUND', {
        expected: `a file at ${url}`,
        found: response.ok ? 'a web page' : `HTTP ${response.status}`,
        remedy: 'Check the URL',
      })
    }
    if (response.ok) return response
    await response.body?.cancel()
    throw unreachable(url, `HTTP ${response.status}`)
  }

  const read = async (path: string) => new Uint8Array(await (await request(path)).arrayBuffer())

  return {
    specificationVersion: 'v1',
    async exists(path) {
      try {
        await request(path, { method: 'HEAD' })
        return true
      } catch (error) {
        if (error instanceof PatchError && error.code === 'NOT_FOUND') return false
        throw error
      }
    },
    async list(directory) {
      throw new PatchError('UNSUPPORTED', {
        expected: `to list ${addressOf(directory)}`,
        found: 'HTTP, which cannot list a folder',
        remedy: 'Name the files, or download an archive and use zipStorage',
      })
    },
    async open(path, { mostBytes = Number.POSITIVE_INFINITY } = {}) {
      // One byte tells whether the server supports ranges, and how long the file is.
      const first = await request(path, { headers: { range: 'bytes=0-0' } })
      const size = Number(first.headers.get('content-range')?.match(/^bytes 0-0\/(\d+)$/)?.[1] ?? Number.NaN)
      if (first.status !== 206 || Number.isNaN(size))
        return blobSource(addressOf(path), await whole(first, path, mostBytes))
      await first.body?.cancel()
      return rangeSource(addressOf(path), size, (range) => request(path, { headers: { range } }))
    },
    read,
    ...readOnly(`files of ${base.href}`),
  }

  /** The whole file: already in `response` if the server ignored the range, otherwise requested again. */
  async function whole(response: Response, path: string, mostBytes: number): Promise<Blob> {
    if (response.status !== 206) return bodyOf(response, addressOf(path), mostBytes)
    await response.body?.cancel()
    return bodyOf(await request(path), addressOf(path), mostBytes)
  }
}

/** A body of at most `mostBytes`. Throws `UNSUPPORTED` for a longer one, without waiting for the rest. */
async function bodyOf(response: Response, url: string, mostBytes: number): Promise<Blob> {
  return new Blob(await bodyWithin(response, mostBytes, () => tooLong(url, mostBytes)))
}

/** For absent files, servers of single-page applications answer with the page, and object stores with 403. */
function isAbsent({ status, headers }: Response, path: string): boolean {
  if (status === 404 || status === 410 || status === 403) return true
  const isPage = headers.get('content-type')?.startsWith('text/html') ?? false
  return status === 200 && isPage && !/\.html?$/.test(path)
}

function rangeSource(url: string, size: number, get: (range: string) => Promise<Response>): ByteSource {
  return {
    name: url,
    size,
    async read(start, end) {
      if (end > size) throw cut(url, end, size)
      if (start === end) return new Uint8Array(0)
      const response = await get(`bytes=${start}-${end - 1}`)
      if (response.status !== 206) {
        await response.body?.cancel()
        throw unreachable(url, `HTTP ${response.status} for a range request`)
      }
      const bytes = new Uint8Array(await (await bodyOf(response, url, end - start)).arrayBuffer())
      if (bytes.length === end - start) return bytes
      throw unreachable(url, `${bytes.length} bytes instead of the requested ${end - start}`)
    },
    async close() {},
  }
}

function cut(url: string, end: number, size: number): PatchError {
  return new PatchError('TRUNCATED', {
    expected: `${end} bytes in ${url}`,
    found: `${size}`,
    remedy: 'The file on the server is truncated; upload it again',
  })
}
