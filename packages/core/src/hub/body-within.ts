import type { PatchError } from '../errors.ts'

/**
 * Reads the body of a response in pieces, and stops reading after `mostBytes`.
 *
 * @param tooMany the error for a longer body
 * @param signal cancels the body, because not every fetch does so itself
 * @throws the signal's reason, once it is aborted: a body that was cut off is never returned
 */
export async function bodyWithin(
  response: Response,
  mostBytes: number,
  tooMany: () => PatchError,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const reader = response.body?.getReader()
  const cancel = () => void reader?.cancel().catch(() => undefined)
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  try {
    for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
      length += piece.value.length
      if (length > mostBytes) {
        await reader?.cancel()
        throw tooMany()
      }
      pieces.push(piece.value)
    }
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
  // A reader that is cancelled ends as if the body were complete.
  signal?.throwIfAborted()
  return pieces
}

/** Concatenates pieces. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
