import { PatchError, throwIfAborted } from '../errors.ts'

export interface RetryOptions {
  /** Default: the platform's fetch, looked up at each call, so that Node's proxy settings and dispatcher apply. */
  readonly fetch?: typeof fetch | undefined
  /** Milliseconds within which the response's headers must arrive. Default 10 000. */
  readonly responseTimeout?: number | undefined
  /** Number of retries after a lost connection, 429 or 5xx. Default 4. */
  readonly retries?: number | undefined
  /** Milliseconds before the first retry; each later wait is twice as long. Default 500. */
  readonly retryDelay?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Codes for a server that cannot be reached: retrying would only make the user wait. */
const hopeless = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH'])
/** Redirect loops, and redirects to something that is not a web address. */
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

/** Milliseconds that a server asks clients to wait: by Retry-After, in seconds or as a date, or by its rate limit. */
function askedWait({ headers }: Response): number | undefined {
  const text = headers.get('retry-after') ?? headers.get('ratelimit')?.match(/;\s*t=(\d+)/)?.[1]
  if (text === undefined) return undefined
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0)
}

/** Milliseconds before retry `attempt` (from 0): what the server asks for, else exponential backoff; at most 30 s. */
export function retryWait(attempt: number, { retryDelay = 500 }: RetryOptions, response?: Response): number {
  return Math.min((response && askedWait(response)) ?? retryDelay * 2 ** attempt, longestWait)
}

/** The error for a server that keeps refusing. */
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

/** Waits; throws `ABORTED` if the signal fires. */
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

/** Sends one request. Returns the response, or an error if a retry may help; throws all other errors. */
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
 * A fetch that waits for headers for a bounded time and retries requests that may succeed the next time. Every other response
 * is returned as it is. Throws `UNREACHABLE` or `ABORTED`, and the abort error of the request's own signal.
 *
 * Hand-written, because a library would only take over the loop. The rest tells cases apart: a host that does not exist from
 * a busy one, how long the Hub asks to wait, and what the user can do in each case.
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
      // If the server asks for more than the longest wait, give up: an earlier retry would be against its wish.
      const isLong = response !== undefined && (askedWait(response) ?? 0) > longestWait
      if (repetition >= retries || isLong) {
        throw failure ?? givingUp(url, response as Response, repetition + 1)
      }
      await pause(retryWait(repetition, options, response), url, signal)
    }
  }
}
