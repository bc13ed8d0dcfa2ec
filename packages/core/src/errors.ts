import { printableLine, shortened } from './text/printable.ts'

/** All error codes. The set is fixed, so you can switch on it. */
export const errorCodes = [
  /** An option or argument is out of range or of the wrong type. */
  'INVALID_ARGUMENT',
  /** A file, folder, repository or patch does not exist. */
  'NOT_FOUND',
  /** A file is shorter than its header says. */
  'TRUNCATED',
  /** A file is complete but not valid for its format. */
  'MALFORMED',
  /** A file or download does not have the expected SHA-256. */
  'DIGEST_MISMATCH',
  /** A patch is unsigned, signed by an untrusted key, or changed since it was signed. */
  'SIGNATURE_INVALID',
  /** A patch is properly signed, but the trust policy does not accept it. */
  'NOT_TRUSTED',
  /** A repository's metadata have expired: the owner has not renewed them, or somebody withholds the newer ones. */
  'EXPIRED',
  /** A repository shows an older state than one seen before. */
  'ROLLED_BACK',
  /** A data type, quantization or format feature that is not implemented. */
  'UNSUPPORTED',
  /** The model's architecture is not implemented. */
  'UNKNOWN_ARCHITECTURE',
  /** The weights lack a tensor that the architecture needs. */
  'MISSING_TENSOR',
  /** A tensor does not have the shape that the architecture or the patch requires. */
  'SHAPE_MISMATCH',
  /** A tensor, loss or score is NaN or infinite. */
  'NOT_FINITE',
  /** Messages cannot be rendered, because the tokenizer has no chat template. */
  'NO_CHAT_TEMPLATE',
  /** Prefix, prompt and response together do not fit into the model's context. */
  'CONTEXT_EXCEEDED',
  /** A dataset has no usable rows. */
  'EMPTY_DATA',
  /** Training failed or would fail: the reference behaves differently, the loss diverged, or the patch does not work. */
  'TRAINING_FAILED',
  /** A measured figure is outside the bound set for it, or a known fault of a model is not fixed. */
  'EXPECTATION_FAILED',
  /** The patch was made for another base model. */
  'PATCH_MISMATCH',
  /** A patch conflicts with another one, or requires one that is missing. */
  'PATCH_CONFLICT',
  /** A checkpoint or output belongs to a run with different settings. */
  'RESUME_MISMATCH',
  /** The disk or the storage quota is full, or the location is not writable. */
  'STORAGE_FAILED',
  /** A model source or an endpoint could not be reached, or failed. */
  'UNREACHABLE',
  /** An endpoint rejected the request. */
  'REQUEST_REFUSED',
  /** A compute backend is missing or failed. */
  'BACKEND_FAILED',
  /** The queue already holds the maximum number of waiting requests. */
  'QUEUE_FULL',
  /** A request waited longer than allowed. */
  'DEADLINE_EXCEEDED',
  /** An engine or server is closing and accepts no more requests. */
  'CLOSED',
  /** The caller's AbortSignal fired. */
  'ABORTED',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Maximum length of one part of a message, in characters; no intended text needs as many. */
const longestPart = 2000

/** Makes text from files and servers safe to print and to log: one line, without control characters. */
const phrase = (text: string) => shortened(printableLine(shortened(`${text}`, longestPart)), longestPart)

/** The parts of a {@link PatchError}'s message. Each is a phrase without a final full stop. */
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
 * The only error class of policypatch, with a code to switch on and a message to act on. Each part of the message is a single
 * line of at most 2000 characters, with control characters escaped.
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

/** Throws `INVALID_ARGUMENT`, naming every problem with some options, if there are any. `false` entries are ignored. */
export function refuseOptions(problems: readonly (string | false)[], expected: string): void {
  const found = problems.filter((problem) => problem !== false)
  if (found.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected,
    found: found.join(', '),
    remedy: 'Correct these options',
  })
}

/** Throws an `ABORTED` error if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (!signal?.aborted) return
  throw new PatchError('ABORTED', {
    expected: `${what} to finish`,
    found: 'an abort signal',
    remedy: 'Run it again to resume; everything written so far is kept',
    cause: signal.reason,
  })
}

/** Waits for all tasks, even if some fail, so that everything gets closed; then throws the first failure. */
export async function settleAll(tasks: Iterable<Promise<unknown>>): Promise<void> {
  const results = await Promise.allSettled(tasks)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
