import type { APIError } from 'openai'
import { PatchError } from '../../errors.ts'
import { strictJson } from '../../storage/strict-json.ts'
import { excerpt, printableLine } from '../../text/printable.ts'
import { openaiLibrary } from './openai-library.ts'

/** The error body that `boundedFetch` hands to the client, which keeps only a field `error`. */
export interface ErrorBody {
  readonly text: string
  /** How often the request was sent. */
  readonly times: number
}

export function bodyOf(error: APIError): ErrorBody {
  const { text = '', times = 1 } = (error.error ?? {}) as Partial<ErrorBody>
  return { text, times }
}

/** Error codes for answers withheld by a filter: Azure's, OpenAI's for prompts, OpenRouter's. */
const withheldCodes = ['content_filter', 'content_policy_violation', 'ResponsibleAIPolicyViolation']

/** Whether an error says that the server's filter blocked the prompt or the answer. */
export function saysWithheld({ text }: ErrorBody): boolean {
  const error = fieldsOf(fieldsOf(jsonOf(text)).error)
  const codes = [error.code, fieldsOf(error.innererror).code]
  return (
    codes.some((code) => withheldCodes.some((withheld) => withheld === code)) ||
    'flagged_input' in fieldsOf(error.metadata)
  )
}

/**
 * Converts an error of the client library: `ABORTED`, `REQUEST_REFUSED` for status 4xx, else `UNREACHABLE`. Includes what the
 * server said, shortened if long.
 */
export async function endpointError(cause: unknown, url: string, apiKey?: string): Promise<PatchError> {
  if (cause instanceof PatchError) return cause
  const { APIError, APIUserAbortError } = await openaiLibrary()
  if (cause instanceof APIUserAbortError) {
    return new PatchError('ABORTED', {
      expected: `an answer from ${url}`,
      found: 'an abort signal',
      remedy: 'Run it again to resume; everything written so far is kept',
      cause,
    })
  }
  if (!(cause instanceof APIError) || cause.status === undefined) {
    return unreachable(url, printableLine(cause instanceof Error ? cause.message : String(cause)), cause)
  }
  const { text, times } = bodyOf(cause)
  const wait = cause.headers?.get('retry-after')
  const found = [
    `HTTP ${cause.status}${cause.status === 429 ? ', too many requests' : ''}`,
    times > 1 ? `${times} times` : '',
    wait ? `it asks to wait ${secondsOf(wait)}` : '',
  ]
  return statusError(cause.status, url, `${found.filter(Boolean).join(', ')}${said(text, apiKey)}`, cause)
}

/** The error for a status, which may also come from an answer's body, as with OpenRouter. */
export function statusError(status: number, url: string, found: string, cause?: unknown): PatchError {
  if (status >= 500) return unreachable(url, found, cause)
  return new PatchError('REQUEST_REFUSED', {
    expected: `an answer from ${url}`,
    found,
    remedy: remedies[status] ?? fieldsRemedy,
    cause,
  })
}

const fieldsRemedy =
  "Follow the server's message: `body` (--reference-body, --judge-body) sets fields of the request, and null removes them"

const remedies: Readonly<Record<number, string>> = {
  401: 'Check the API key (--reference-key-env, --judge-key-env)',
  402: 'Check the account of the API key',
  403: 'Check the API key (--reference-key-env, --judge-key-env) and its permissions',
  404: 'Check the URL, which must end with the version, as in /v1, and the model name',
  429: 'Wait and run it again to resume; a smaller `concurrency` sends fewer requests at once',
}

const unreachable = (url: string, found: string, cause: unknown) =>
  new PatchError('UNREACHABLE', {
    expected: `an answer from ${url}`,
    found,
    remedy: 'Check the URL and that the server is running, then run it again',
    cause,
  })

/** The text of an error's body, with the API key removed if it is repeated there. */
export function said(text: string, apiKey?: string): string {
  const message = messageIn(jsonOf(text)) ?? text
  const shown = (apiKey ? message.replaceAll(apiKey, '***') : message).trim()
  return shown === '' ? ', without text' : `: ${excerpt(printableLine(shown), 300)}`
}

/**
 * The message in an error's body, in any of the usual forms: `{error: {message}}`, `{error}`, `{message}` or FastAPI's
 * `{detail}`.
 */
function messageIn(body: unknown): string | undefined {
  const { error, message, detail } = fieldsOf(body)
  const found = fieldsOf(error).message ?? error ?? message ?? detail
  return found === undefined || typeof found === 'string' ? found : JSON.stringify(found)
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

function jsonOf(text: string): unknown {
  try {
    return strictJson(text)
  } catch {
    // A proxy's page or plain text, shown as it is.
    return undefined
  }
}

const secondsOf = (wait: string) => (/^[\d.]+$/.test(wait) ? `${wait} s` : `until ${excerpt(wait, 40)}`)
