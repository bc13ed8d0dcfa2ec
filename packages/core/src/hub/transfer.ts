import { PatchError, throwIfAborted } from '../errors.ts'
import { pause, type RetryOptions, retryingFetch, retryWait, unreachable } from './retrying-fetch.ts'

/** The beginning of a file that is being downloaded: what was received so far. */
export interface PartialBytes {
  /** Number of bytes received so far. */
  size(): Promise<number>
  write(bytes: Uint8Array, at: number): Promise<void>
  /** Cuts it to `size` bytes. */
  truncate(size: number): Promise<void>
  /** Stores the ETag with which these bytes were served. Absent if the URL itself identifies the content. */
  readonly validator?: {
    get(): Promise<string | undefined>
    set(etag: string | undefined): Promise<void>
  }
}

export interface TransferRequest extends RetryOptions {
  readonly url: string
  /** Bytes that the file must have; more are rejected. Default: what the server says, else at most 64 GiB. */
  readonly size?: number | undefined
  /** Milliseconds in which a connection must bring at least a kilobyte, or it counts as lost. Default 30 000. */
  readonly stallTimeout?: number | undefined
  /** Whether to send If-Range, which another origin must allow by CORS. Default false; ETags are compared either way. */
  readonly ifRange?: boolean | undefined
  /** Receives the bytes so far, including those of earlier runs, and the total (undefined if the server does not say). */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

/** Maximum bytes of a file of unknown length. */
const mostBytes = 64 * 2 ** 30
/** With fewer bytes, a connection counts as fruitless: a server must not keep its client waiting byte by byte. */
const leastBytes = 1024

/** Where in the file the body begins, and the length of the whole file. */
function placement({ headers, status }: Response): { start: number; total: number | undefined } {
  const range = headers.get('content-range')?.match(/^bytes (\d+)-\d+\/(\d+|\*)$/)
  if (status === 206 && range) {
    return { start: Number(range[1]), total: range[2] === '*' ? undefined : Number(range[2]) }
  }
  const length = headers.get('content-encoding') === null ? headers.get('content-length') : null
  return { start: 0, total: length === null ? undefined : Number(length) }
}

function noFile(url: string, status: number): PatchError {
  const found = `HTTP ${status}`
  if (status !== 404 && status !== 410) return unreachable(url, found)
  return new PatchError('NOT_FOUND', {
    expected: `a file at ${url.replace(/\?.*/s, '')}`,
    found,
    remedy: 'Check the address; a model in several files needs all of them there',
  })
}

/** Only a strong validator guarantees that two responses are byte-identical. */
function strongEtag({ headers }: Response): string | undefined {
  const etag = headers.get('etag')
  return etag === null || etag.startsWith('W/') ? undefined : etag
}

function wrongSize(url: string, size: number, found: string): PatchError {
  return new PatchError('DIGEST_MISMATCH', {
    expected: `${url} to have ${size} bytes`,
    found,
    remedy: 'The download was discarded; try again, and if the error persists, do not trust the source',
  })
}

/** The error for a response that is a web page, or not of the expected size; undefined if the body may be read. */
function refusal(response: Response, { url, size }: TransferRequest): PatchError | undefined {
  const isPage = /^text\/html\b/i.test(response.headers.get('content-type') ?? '')
  if (isPage && !/\.html?$/i.test(new URL(url).pathname)) {
    return new PatchError('MALFORMED', {
      expected: `the file ${url}`,
      found: 'a web page',
      remedy: 'Check the URL, and whether the network asks for a login',
    })
  }
  const { total } = placement(response)
  return size !== undefined && total !== undefined && total !== size
    ? wrongSize(url, size, `${total}`)
    : undefined
}

/** Writes the body to its place in the file. Returns the reason if the connection was lost on the way. */
async function receive(
  response: Response,
  partial: PartialBytes,
  stall: AbortController,
  { url, size, signal, stallTimeout = 30_000, onProgress }: TransferRequest,
): Promise<string | undefined> {
  const { start, total = size } = placement(response)
  const reader = response.body?.getReader()
  const end = total ?? mostBytes
  let done = start
  onProgress?.(done, total)
  let before = done
  const watch = setInterval(() => {
    if (done - before < leastBytes) stall.abort()
    before = done
  }, stallTimeout)
  try {
    while (reader) {
      const piece = await reader.read()
      if (piece.done) break
      if (done + piece.value.length > end) throw wrongSize(url, end, 'more')
      await partial.write(piece.value, done)
      done += piece.value.length
      onProgress?.(done, total)
    }
  } catch (error) {
    await reader?.cancel().catch(() => undefined)
    throwIfAborted(signal, `the download of ${url}`)
    if (error instanceof PatchError) {
      // What was received is not the beginning of the file either.
      if (error.code === 'DIGEST_MISMATCH') await partial.truncate(0)
      throw error
    }
    return stall.signal.aborted
      ? `less than ${leastBytes} bytes in ${stallTimeout / 1000} s`
      : (error as Error).message
  } finally {
    clearInterval(watch)
  }
  return total === undefined || done >= total ? undefined : `the end after ${done} of ${total} bytes`
}

/**
 * Downloads the rest of a file, from where `partial` ends, over as many connections as it takes. Received bytes are kept on
 * failure, unless they are not of the requested file.
 *
 * Throws `UNREACHABLE`, `NOT_FOUND`, `ABORTED`, `DIGEST_MISMATCH` for another size than `size`, `MALFORMED` for a web page,
 * and what `partial` throws. The content is not verified.
 */
export async function transfer(partial: PartialBytes, request: TransferRequest): Promise<void> {
  const { url, signal, retries = 4, ifRange = false } = request
  const send = retryingFetch(request)
  for (let fruitless = 0; ; ) {
    if ((await partial.size()) > (request.size ?? Number.POSITIVE_INFINITY)) await partial.truncate(0)
    const size = await partial.size()
    if (size === request.size) return
    const known = size > 0 ? await partial.validator?.get() : undefined
    const stall = new AbortController()
    const response = await send(url, {
      headers: {
        // Ranges count bytes as they are sent, so the content must not be encoded.
        'accept-encoding': 'identity',
        ...(size > 0 && { range: `bytes=${size}-` }),
        ...(ifRange && known !== undefined && { 'if-range': known }),
      },
      signal: stall.signal,
    })
    if (response.status === 416 && size > 0) {
      await response.body?.cancel()
      if (response.headers.get('content-range') === `bytes */${size}`) return
      await partial.truncate(0)
      continue
    }
    const { start } = placement(response)
    const refused = response.ok ? refusal(response, request) : noFile(url, response.status)
    if (refused ?? start > size) {
      await response.body?.cancel()
      throw refused ?? unreachable(url, `bytes from ${start} instead of the requested ${size}`)
    }
    const etag = strongEtag(response)
    const changed = start > 0 && known !== undefined && etag !== undefined && etag !== known
    if (changed) await response.body?.cancel()
    await partial.truncate(changed ? 0 : start)
    if (start === 0) await partial.validator?.set(etag)
    const lost = changed ? 'a different file each time' : await receive(response, partial, stall, request)
    if (lost === undefined) return
    fruitless = !changed && (await partial.size()) >= size + leastBytes ? 0 : fruitless + 1
    if (fruitless > retries) throw unreachable(url, lost)
    if (!changed) await pause(retryWait(fruitless, request), url, signal)
  }
}
