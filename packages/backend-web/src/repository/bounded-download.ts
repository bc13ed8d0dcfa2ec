import { type RetryOptions, retryingFetch, tooLong, unreachable } from '@policypatch/core/platform'

export interface DownloadOptions extends RetryOptions {
  /** Milliseconds that a file may take besides those that its length needs at 16 KiB a second. Default 10 000. */
  readonly patience?: number | undefined
}

/** Bytes per millisecond below which a server is too slow. */
const slowest = 16

/** A server may answer what is absent with 403, as object stores do. */
const absent = [403, 404, 410]

/**
 * The bytes at a URL: at most `mostBytes`, and within a bounded time, so that a server can keep nobody waiting, nor fill a
 * memory. Undefined where there is no such file.
 *
 * @throws PatchError `UNREACHABLE` for a server that fails or is too slow, `UNSUPPORTED` for more bytes
 */
export async function boundedDownload(
  url: string,
  mostBytes: number,
  { patience = 10_000, ...options }: DownloadOptions = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const limit = patience + mostBytes / slowest
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), limit)
  const send = retryingFetch({ retries: 2, ...options })
  const signals = [late.signal, options.signal].filter((signal) => signal !== undefined)
  try {
    const response = await send(url, { signal: AbortSignal.any(signals), cache: 'no-cache' })
    if (response.ok) return await bodyOf(response, url, mostBytes)
    await response.body?.cancel()
    if (absent.includes(response.status)) return undefined
    throw unreachable(url, `HTTP ${response.status}`)
  } catch (error) {
    if (!late.signal.aborted) throw error
    throw unreachable(
      url,
      `less than ${mostBytes} bytes in ${Math.ceil(limit / 1000)} s: it is too slow`,
      error,
    )
  } finally {
    clearTimeout(timer)
  }
}

async function bodyOf(response: Response, url: string, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
    length += piece.value.length
    if (length > mostBytes) {
      await reader?.cancel()
      throw tooLong(url, mostBytes)
    }
    pieces.push(piece.value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
