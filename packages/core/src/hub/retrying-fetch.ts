import { PatchError, throwIfAborted } from '../errors.ts'

export interface RetryOptions {
  /** Default: the platform's fetch, looked up at each call, so that Node's proxy settings and dispatcher apply. */
  readonly fetch?: typeof fetch | undefined
  /** Milliseconds until the response's headers must be there. Default 10 000. */
  readonly responseTimeout?: number | undefined
  /** How often a request is repeated that brought nothing: lost connection, 429, 5xx. Default 4. */
  readonly retries?: number | undefined
  /** Milliseconds before the first repetition; each later wait is twice as long. Default 500. */
  readonly retryDelay?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** No server answers there: to ask again would only make the user wait. */
const hopeless = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH'])
/** Redirects that go round, and those to what is no web address. */
const misled = /redirect count exceeded|URL scheme must be|ERR_INVALID_URL/i
const longestWait = 30_000

export function unreachable(url: string, found: string, cause?: unknown): PatchError {
  return new PatchError('UNREACHABLE', {
    expected: `an answer from ${url.replace(/\?.*/s, '')}`,
    found,
    remedy: 'Check the network and the proxy settings, and try again',
    cause,
  })
}

/** Milliseconds that a server asks to be left alone for: by Retry-After, in seconds or as a date, or its rate limit. */
function askedWait({ headers }: Response): number | undefined {
  const text = headers.get('retry-after') ?? headers.get('ratelimit')?.match(/;\s*t=(\d+)/)?.[1]
  if (text === undefined) return undefined
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0)
}

/** Milliseconds before the n-th repetition (from 0), or what the server's Retry-After asks, up to 30 s. */
export function retryWait(attempt: number, { retryDelay = 500 }: RetryOptions, response?: Response): number {
  return Math.min((response && askedWait(response)) ?? retryDelay * 2 ** attempt, longestWait)
}

/** What to do about a server that goes on refusing. */
function givingUp(url: string, response: Response, times: number): PatchError {
  const wait = askedWait(response)
  const asks = wait ? `; it asks to wait ${Math.ceil(wait / 1000)} s` : ''
  const count = times > 1 ? `, ${times} times` : ''
  if (response.status !== 429) return unreachable(url, `HTTP ${response.status}${count}${asks}`)
  return new PatchError('UNREACHABLE', {
    expected: `an answer from ${url.replace(/\?.*/s, '')}`,
    found: `HTTP 429, too many requests${count}${asks}`,
    remedy:
      'Wait and run it again to resume; with your own token (in Node: HF_TOKEN) you may send more requests',
  })
}

/** Waits, unless the signal fires: then `ABORTED`. */
export async function pause(milliseconds: number, url: string, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, milliseconds)
    function end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })
  throwIfAborted(signal, `the download of ${url}`)
}

/** One request: a response, or why a repetition may help. */
async function attempt(
  url: string,
  init: RequestInit,
  options: RetryOptions,
): Promise<Response | PatchError> {
  const { responseTimeout = 10_000, signal } = options
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), responseTimeout)
  const signals = [late.signal, signal, init.signal].filter((one) => one instanceof AbortSignal)
  try {
    return await (options.fetch ?? fetch)(url, { ...init, signal: AbortSignal.any(signals) })
  } catch (error) {
    if (error instanceof PatchError) throw error
    throwIfAborted(signal, `the download of ${url}`)
    if (init.signal?.aborted) throw error
    if (late.signal.aborted) throw unreachable(url, `none within ${responseTimeout / 1000} s`, error)
    const cause = (error as Error).cause as { readonly code?: string; readonly message?: string } | undefined
    const reason = cause?.code || cause?.message || (error as Error).message
    const failure = unreachable(url, reason, error)
    if (hopeless.has(reason) || misled.test(reason)) throw failure
    return failure
  } finally {
    clearTimeout(timer)
  }
}

const isPassing = ({ status }: Response) => status === 429 || status >= 500

/**
 * A fetch that waits for headers for a bounded time and repeats requests that may succeed the next time. Gives
 * every other response as it is; throws `UNREACHABLE` or `ABORTED`, and what the request's own signal gives.
 *
 * By hand, for what is told apart here is more than the loop that a library would take over: a host that is not there from one
 * that is busy, how long the Hub asks to wait, and for each what its user can do.
 */
export function retryingFetch(options: RetryOptions = {}): typeof fetch {
  const { retries = 4, signal } = options
  return async (input, init = {}) => {
    const url = String(input)
    for (let repetition = 0; ; repetition++) {
      const outcome = await attempt(url, init, options)
      const failure = outcome instanceof PatchError ? outcome : undefined
      const response = outcome instanceof PatchError ? undefined : outcome
      if (response && !isPassing(response)) return response
      await response?.body?.cancel()
      // Who asks for more than is waited for is not asked again before.
      const isLong = response !== undefined && (askedWait(response) ?? 0) > longestWait
      if (repetition >= retries || isLong) {
        throw failure ?? givingUp(url, response as Response, repetition + 1)
      }
      await pause(retryWait(repetition, options, response), url, signal)
    }
  }
}
