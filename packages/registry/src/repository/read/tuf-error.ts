import { PatchError } from '@policypatch/core'
import type { ErrorCode } from '@policypatch/core/platform'

/**
 * The errors of `tuf-js`, recognized by their messages: it wraps what is wrong with a snapshot or a delegated role in errors of
 * one class, whose message contains that of the original error. The attack tests cover each of them.
 */
const kinds: readonly (readonly [RegExp, ErrorCode])[] = [
  [/ is expired/, 'EXPIRED'],
  [/is less than current version|Expected version \d+, got|Missing file .* in new snapshot/, 'ROLLED_BACK'],
  [/ was signed by \d+\/\d+ keys/, 'SIGNATURE_INVALID'],
  [/Expected (hash|length)|does not match snapshot version|doesn't match timestamp/, 'DIGEST_MISMATCH'],
]

const remedies: Partial<Record<ErrorCode, string>> = {
  EXPIRED:
    'Try again later: its owner must sign it anew, or somebody between keeps the newest state from you; check the clock too',
  ROLLED_BACK: 'Do not trust this source: it offers a state that is older than one that you have seen',
  SIGNATURE_INVALID: 'Do not trust this source; ask its owner whether keys were changed',
  DIGEST_MISMATCH: 'Try again: it may have been changing; if the error persists, do not trust the source',
}

/** Converts an error of `tuf-js`, or whatever stopped one of its downloads, to a PatchError. */
export function tufError(error: unknown, url: string, download: PatchError | undefined): PatchError {
  if (error instanceof PatchError) return error
  if (download) return download
  const { message } = error as Error
  const code = kinds.find(([words]) => words.test(message))?.[1] ?? 'MALFORMED'
  return new PatchError(code, {
    expected: `the current, signed state of the repository ${url}`,
    found: message.replace(/^Unable to load (snapshot|targets)( metadata)? error (\w*Error: )?/, ''),
    remedy: remedies[code] ?? 'Ask the owner of the repository; nothing of it is used',
    cause: error,
  })
}
