import type { PatchError } from '../errors.ts'

/**
 * Reads the body of a response in pieces, and stops reading after `mostBytes`.
 *
 * @param tooMany the error for a longer body
 * @param signal cancels the body, which not every fetch does itself
 */
export async function bodyWithin(
  response: Response,
  mostBytes: number,
  tooMany: () => PatchError,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const reader = response.body?.getReader()
  signal?.addEventListener('abort', () => reader?.cancel().catch(() => undefined))
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
    length += piece.value.length
    if (length > mostBytes) {
      await reader?.cancel()
      throw tooMany()
    }
    pieces.push(piece.value)
  }
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
