import { printableLine, shortened } from './printable.ts'

/** Every way in which policypatch refuses to go on. The set is closed: switch on it. */
export const errorCodes = [
  /** An option or argument is out of its range or of the wrong kind. */
  'INVALID_ARGUMENT',
  /** A file or folder that was named does not exist. */
  'NOT_FOUND',
  /** A file ends before what its header announces. */
  'TRUNCATED',
  /** A file is there and whole, but not of the form its format prescribes. */
  'MALFORMED',
  /** A file or download does not have the SHA-256 it must have. */
  'DIGEST_MISMATCH',
  /** A data type, quantization or format feature that is not implemented. */
  'UNSUPPORTED',
  /** The model's architecture is not one of those that are implemented. */
  'UNKNOWN_ARCHITECTURE',
  /** A tensor that the architecture needs is not in the weights. */
  'MISSING_TENSOR',
  /** A tensor has another shape than the architecture or the patch prescribes. */
  'SHAPE_MISMATCH',
  /** A tensor, loss or score is NaN or infinite. */
  'NOT_FINITE',
  /** The tokenizer has no chat template, and messages were to be rendered. */
  'NO_CHAT_TEMPLATE',
  /** Prefix, prompt and response together do not fit the model's context. */
  'CONTEXT_EXCEEDED',
  /** A data set holds no usable row. */
  'EMPTY_DATA',
  /** A training cannot work out, or did not: its reference does something else, its loss ran away, or its patch fails. */
  'TRAINING_FAILED',
  /** The patch was made for another base model. */
  'PATCH_MISMATCH',
  /** A patch says that it must not be applied with another one, or not without it. */
  'PATCH_CONFLICT',
  /** A checkpoint or output belongs to a run with other settings. */
  'RESUME_MISMATCH',
  /** The disk or the storage quota is full, or the place is not writable. */
  'STORAGE_FAILED',
  /** A model source or an endpoint could not be reached, or failed. */
  'UNREACHABLE',
  /** An endpoint was reached and refused the request. */
  'REQUEST_REFUSED',
  /** A compute backend is absent or failed. */
  'BACKEND_FAILED',
  /** The caller's AbortSignal fired. */
  'ABORTED',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Characters of a part of a message: more than all that is said on purpose. */
const longestPart = 2000

/** Messages hold names and texts of files and servers: they are printed, and kept, as one line that gives a terminal no orders. */
const phrase = (text: string) => shortened(printableLine(shortened(`${text}`, longestPart)), longestPart)

/** What a {@link PatchError} says: each part is a phrase without a closing full stop. */
export interface ErrorParts {
  /** What was expected. */
  readonly expected: string
  /** What was found instead. */
  readonly found: string
  /** What the reader can do about it. */
  readonly remedy: string
  readonly cause?: unknown
}

/**
 * The one error class of policypatch: a code to switch on and a message to act on. Its parts are on one line, cut where they
 * are very long; control characters in them are escaped.
 */
export class PatchError extends Error {
  override readonly name = 'PatchError'
  readonly code: ErrorCode
  readonly expected: string
  readonly found: string
  readonly remedy: string

  constructor(code: ErrorCode, { cause, ...parts }: ErrorParts) {
    const [expected, found, remedy] = [phrase(parts.expected), phrase(parts.found), phrase(parts.remedy)]
    super(`Expected ${expected}; found ${found}. ${remedy}.`, cause === undefined ? undefined : { cause })
    this.code = code
    this.expected = expected
    this.found = found
    this.remedy = remedy
  }
}

/** Throws the `ABORTED` error if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (!signal?.aborted) return
  throw new PatchError('ABORTED', {
    expected: `${what} to run to its end`,
    found: 'that its AbortSignal fired',
    remedy: 'What was written before is kept; run it again to go on from there',
    cause: signal.reason,
  })
}
