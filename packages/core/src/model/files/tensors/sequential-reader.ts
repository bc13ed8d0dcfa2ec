import { PatchError } from '../../../errors.ts'
import type { ByteSource } from '../../../storage/storage.ts'

/** Reads a source from the start, a piece at a time. */
export interface SequentialReader {
  /** Offset of the next byte to read. */
  readonly at: number
  /** Throws `TRUNCATED` if fewer bytes than `length` are left. */
  need(length: number): void
  /** The next bytes. Errors as `need`. */
  take(length: number): Promise<DataView> | DataView
  /** The next bytes that are already in memory, possibly none. Does not advance. */
  ahead(): Uint8Array
}

const pieceBytes = 2 ** 20

export function sequentialReader(source: ByteSource): SequentialReader {
  let piece: Uint8Array = new Uint8Array(0)
  let start = 0
  let at = 0
  const next = (length: number) => {
    const view = new DataView(piece.buffer, piece.byteOffset + at - start, length)
    at += length
    return view
  }
  async function read(length: number): Promise<DataView> {
    piece = await source.read(at, Math.min(at + Math.max(length, pieceBytes), source.size))
    start = at
    return next(length)
  }
  const need = (length: number) => {
    if (length > source.size - at) throw cutShort(source, at + length)
  }
  return {
    get at() {
      return at
    },
    need,
    ahead: () => piece.subarray(at - start),
    take(length) {
      need(length)
      return at + length <= start + piece.length ? next(length) : read(length)
    },
  }
}

/** `TRUNCATED`, for a header that extends at least to `end`. */
export function cutShort(source: ByteSource, end: number): PatchError {
  return new PatchError('TRUNCATED', {
    expected: `a header of ${end} bytes or more in ${source.name}`,
    found: `${source.size} bytes in all`,
    remedy: 'The file is truncated; download it again',
  })
}
