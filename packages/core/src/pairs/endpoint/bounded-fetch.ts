import type { ErrorBody } from './endpoint-errors.ts'

/** Maximum number of bytes read of an answer, and of an error: an answer of 100 000 tokens has less than 1 MB. */
const mostOfAnswer = 32 * 2 ** 20
const mostOfError = 64 * 2 ** 10

/** Longest retry delay accepted from a server, in seconds. */
const longestWait = 30

/**
 * A fetch for the client library, which by itself reads answers of any length, waits as long as a server asks, and keeps only the
 * field `error` of an error's body. This one reads the body within the request's time, up to a limit, and keeps it whole.
 */
export function boundedFetch(own: typeof fetch | undefined): typeof fetch {
  return async (input, init) => {
    const response = await (own ?? fetch)(input, init)
    const { ok, status, statusText } = response
    const text = await textWithin(response, ok ? mostOfAnswer : mostOfError)
    const headers = new Headers(response.headers)
    for (const name of ['content-encoding', 'content-length']) headers.delete(name)
    if (ok)
      return new Response(status === 204 || status === 205 ? null : text, { status, statusText, headers })
    if (askedWait(response) > longestWait) headers.set('x-should-retry', 'false')
    const times = Number(new Headers(init?.headers).get('x-stainless-retry-count') ?? 0) + 1
    const error: ErrorBody = { text, times }
    return Response.json({ error }, { status: status < 200 ? 500 : status, statusText, headers })
  }
}

async function textWithin({ body }: Response, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let left = most
  const reader = body?.getReader()
  for (let piece = await reader?.read(); piece?.value && left > 0; piece = await reader?.read()) {
    const bytes = piece.value.subarray(0, left)
    left -= bytes.length
    text += decoder.decode(bytes, { stream: true })
  }
  await reader?.cancel()
  return text + decoder.decode()
}

/** The delay that a Retry-After header asks for, in seconds; the header has seconds or a date. */
function askedWait({ headers }: Response): number {
  const text = headers.get('retry-after')
  if (text === null) return 0
  const seconds = Number(text)
  return Number.isNaN(seconds) ? (Date.parse(text) - Date.now()) / 1000 : seconds
}
