import { PatchError } from '@policypatch/core'
import type { ErrorCode } from '@policypatch/core/platform'

/** An error in the form of OpenAI's API, as `{ "error": … }`. */
export interface ErrorBody {
  readonly message: string
  readonly type: string
  /** The bad field. */
  readonly param: string | null
  /** For programs to switch on: OpenAI's code if it has one, else that of policypatch. */
  readonly code: string | null
}

export type ErrorStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 413
  | 415
  | 421
  | 422
  | 429
  | 499
  | 500
  | 502
  | 503

/** A request that is refused. */
export interface Refusal {
  readonly status: ErrorStatus
  readonly error: ErrorBody
  /** Seconds after which it may be retried. */
  readonly retryAfter?: number
}

/** Ends a request with a refusal, before anything of its answer was sent. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly refusal: Refusal

  constructor(
    status: ErrorStatus,
    error: Pick<ErrorBody, 'message'> & Partial<ErrorBody>,
    retryAfter?: number,
  ) {
    super(error.message)
    this.refusal = {
      status,
      error: { type: typeOf(status), param: null, code: null, ...error },
      ...(retryAfter !== undefined && { retryAfter }),
    }
  }
}

/** A bad field of a body. */
export const badField = (param: string, message: string, code: string | null = null): ApiError =>
  new ApiError(400, { message, param, code })

/** Seconds after which a full queue is likely to have room, and a closing server to have been replaced. */
const soon = 1
const afterRestart = 5

/** Status codes of the errors that a caller can cause; all others are 500. */
const statuses: Partial<Record<ErrorCode, ErrorStatus>> = {
  INVALID_ARGUMENT: 400,
  CONTEXT_EXCEEDED: 400,
  SHAPE_MISMATCH: 400,
  NO_CHAT_TEMPLATE: 400,
  NOT_FOUND: 404,
  PATCH_CONFLICT: 422,
  PATCH_MISMATCH: 422,
  TRUNCATED: 422,
  MALFORMED: 422,
  DIGEST_MISMATCH: 422,
  SIGNATURE_INVALID: 422,
  NOT_TRUSTED: 422,
  EXPIRED: 422,
  ROLLED_BACK: 422,
  UNSUPPORTED: 422,
  QUEUE_FULL: 429,
  ABORTED: 499,
  UNREACHABLE: 502,
  REQUEST_REFUSED: 502,
  DEADLINE_EXCEEDED: 503,
  CLOSED: 503,
}

const waits: Partial<Record<ErrorCode, number>> = {
  QUEUE_FULL: soon,
  DEADLINE_EXCEEDED: soon,
  CLOSED: afterRestart,
}

/** The response to an error. The server's own faults are not described. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof ApiError) return error.refusal
  const status = error instanceof PatchError ? (statuses[error.code] ?? 500) : 500
  if (!(error instanceof PatchError) || status === 500) {
    const code = error instanceof PatchError ? error.code : null
    const message = 'The server failed to answer; its log says why'
    return { status: 500, error: { message, type: typeOf(500), param: null, code } }
  }
  const code = error.code === 'CONTEXT_EXCEEDED' ? 'context_length_exceeded' : error.code
  const retryAfter = waits[error.code]
  return {
    status,
    error: { message: error.message, type: typeOf(status), param: null, code },
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

function typeOf(status: ErrorStatus): string {
  if (status >= 500) return 'server_error'
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  return status === 429 ? 'rate_limit_error' : 'invalid_request_error'
}
