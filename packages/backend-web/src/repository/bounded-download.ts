import { PatchError } from '@policypatch/core'
import {
  bodyWithin,
  joined,
  type RetryOptions,
  retryingFetch,
  tooLong,
  unreachable,
} from '@policypatch/core/platform'

export interface DownloadOptions extends RetryOptions {
  /** Milliseconds that a file may take beyond the time for its length at 16 kB a second. Default 10 000. */
  readonly patience?: number | undefined
}

/** Bytes per millisecond below which a server is too slow. */
const slowest = 16

/** Statuses that mean an absent file; object stores answer 403. */
const absent = [403, 404, 410]

/**
 * The bytes at a URL: at most `mostBytes`, and within a bounded time, so that a server can neither stall its clients nor fill
 * their memory. Undefined if there is no such file.
 *
 * @param isExact whether `mostBytes` is the exact length of the file; a longer one is then a different file
 * @throws PatchError `UNREACHABLE` for a server that fails or is too slow; `UNSUPPORTED` for more bytes, or `DIGEST_MISMATCH` if
 *   the length is exact
 */
export async function boundedDownload(
  url: string,
  mostBytes: number,
  { patience = 10_000, ...options }: DownloadOptions = {},
  isExact = false,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const limit = patience + mostBytes / slowest
  const late = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  // Not every fetch ends its body when it is aborted.
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const found = `less than ${mostBytes} bytes in ${(limit / 1000).toFixed(1)} s: it is too slow`
      reject(unreachable(url, found))
      late.abort()
    }, limit)
  })
  const signals = [late.signal, options.signal].filter((signal) => signal !== undefined)
  try {
    return await Promise.race([get(url, mostBytes, options, AbortSignal.any(signals)), end])
  } catch (error) {
    if (isExact && error instanceof PatchError && error.code === 'UNSUPPORTED') throw longer(url, mostBytes)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const longer = (url: string, bytes: number) =>
  new PatchError('DIGEST_MISMATCH', {
    expected: `${bytes} bytes at ${url}`,
    found: 'more',
    remedy: 'Try again: it may have been changing; if the error persists, do not trust the source',
  })

async function get(url: string, mostBytes: number, options: RetryOptions, signal: AbortSignal) {
  const send = retryingFetch({ retries: 2, ...options })
  const response = await send(url, { signal, cache: 'no-cache' })
  if (response.ok) {
    return joined(await bodyWithin(response, mostBytes, () => tooLong(url, mostBytes), signal))
  }
  await response.body?.cancel()
  if (absent.includes(response.status)) return undefined
  throw unreachable(url, `HTTP ${response.status}`)
}
