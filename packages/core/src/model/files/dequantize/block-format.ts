import type { ByteSource } from '../../../storage/storage.ts'

/** The layout of a stored type: consecutive blocks of equal size, little-endian. */
export interface BlockFormat {
  /** Values in a block; 1 for types that are not quantized. */
  readonly blockLength: number
  /** Bytes of a block. */
  readonly blockBytes: number
  /** Decodes whole blocks into `out`, starting at index `at`. */
  decode(bytes: Uint8Array, out: Float32Array, at: number): void
}

/** Bytes read at a time, so that little memory beyond the result is needed however large the tensor. */
const pieceBytes = 8 * 2 ** 20

/** Reads and decodes the blocks in bytes [start, end) of a source, piece by piece. */
export async function readBlocks(
  source: ByteSource,
  { start, end }: { readonly start: number; readonly end: number },
  { blockBytes, blockLength, decode }: BlockFormat,
): Promise<Float32Array> {
  const out = new Float32Array(((end - start) / blockBytes) * blockLength)
  const step = Math.floor(pieceBytes / blockBytes) * blockBytes
  for (let from = start; from < end; from += step) {
    const bytes = await source.read(from, Math.min(from + step, end))
    decode(bytes, out, ((from - start) / blockBytes) * blockLength)
  }
  return out
}

/** A tensor's bytes in memory. */
export interface PackedTensor {
  /** As stored in the file. */
  readonly bytes: Uint8Array
  /** Decodes to float32, row-major, into `out` or a new array. */
  decode(out?: Float32Array): Float32Array
  /** Decodes values [from, to), which must be whole blocks, into `out`. Absent if there are no blocks. */
  decodePart?(from: number, to: number, out: Float32Array): void
}

/** Reads the blocks in bytes [start, end) of a source without decoding them. */
export async function packBlocks(
  source: ByteSource,
  { start, end }: { readonly start: number; readonly end: number },
  { blockBytes, blockLength, decode }: BlockFormat,
): Promise<PackedTensor> {
  const bytes = await source.read(start, end)
  return {
    bytes,
    decode(out = new Float32Array((bytes.length / blockBytes) * blockLength)) {
      decode(bytes, out, 0)
      return out
    },
    decodePart(from, to, out) {
      const at = (value: number) => (value / blockLength) * blockBytes
      decode(bytes.subarray(at(from), at(to)), out, 0)
    },
  }
}
