import { PatchError } from '@policypatch/core'
import { type ErrorCode, errorCodes } from '@policypatch/core/platform'
import * as z from 'zod'

const parts = z.object({
  code: z.enum(errorCodes as unknown as [ErrorCode, ...ErrorCode[]]),
  expected: z.string(),
  found: z.string(),
  remedy: z.string(),
})

/** Writes an error as text for {@link receivedError}. */
export function sentError(error: unknown): string {
  if (!(error instanceof PatchError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  const { code, expected, found, remedy } = error
  return JSON.stringify({ code, expected, found, remedy })
}

/** The error that a worker threw. */
export function receivedError(text: string, where: string): PatchError {
  const read = parts.safeParse(jsonOf(text))
  if (!read.success) {
    return new PatchError('BACKEND_FAILED', {
      expected: `${where} to be done`,
      found: text,
      remedy: "Look at the worker's output; the shard stays among the failed jobs of its queue",
    })
  }
  const { code, ...own } = read.data
  return new PatchError(code, { ...own, found: `${own.found} (${where})` })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Temporary failures: the same shard may succeed later, or elsewhere. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof PatchError) ||
  ['NOT_FOUND', 'DIGEST_MISMATCH', 'STORAGE_FAILED', 'UNREACHABLE', 'BACKEND_FAILED'].includes(error.code)
