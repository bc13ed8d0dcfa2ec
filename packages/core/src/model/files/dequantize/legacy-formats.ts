import type { BlockFormat } from './block-format.ts'
import { halfValues } from './float-formats.ts'

/**
 * GGML's first quantizations: 32 values share a float16 scale d and, in the `_1` types, a float16 minimum m. Byte i of the
 * nibbles holds value i in its low half and value i + 16 in its high half; the fifth bits, if any, precede them as one 32-bit
 * mask. Layout: ggml-common.h of ggml.
 */
const length = 32
const half = 16
/** Adding −0, unlike 0, leaves every value unchanged, including −0. */
const noMinimum = -0

/** value = d·(q − 8), or d·q + m if the block has a minimum. */
function fourBits(hasMinimum: boolean): BlockFormat {
  const centre = hasMinimum ? 0 : 8
  const scales = hasMinimum ? 4 : 2
  const blockBytes = scales + half
  return {
    blockLength: length,
    blockBytes,
    decode(bytes, out, at) {
      const halves = halfValues()
      for (let block = 0; block < bytes.length; block += blockBytes, at += length) {
        const d = halves[bytes[block]! | (bytes[block + 1]! << 8)]!
        const m = hasMinimum ? halves[bytes[block + 2]! | (bytes[block + 3]! << 8)]! : noMinimum
        for (let i = 0; i < half; i++) {
          const nibbles = bytes[block + scales + i]!
          out[at + i] = d * ((nibbles & 15) - centre) + m
          out[at + half + i] = d * ((nibbles >> 4) - centre) + m
        }
      }
    },
  }
}

/** value = d·(q − 16), or d·q + m if the block has a minimum. */
function fiveBits(hasMinimum: boolean): BlockFormat {
  const centre = hasMinimum ? 0 : 16
  const mask = hasMinimum ? 4 : 2
  const scales = mask + 4
  const blockBytes = scales + half
  return {
    blockLength: length,
    blockBytes,
    decode(bytes, out, at) {
      const halves = halfValues()
      for (let block = 0; block < bytes.length; block += blockBytes, at += length) {
        const d = halves[bytes[block]! | (bytes[block + 1]! << 8)]!
        const m = hasMinimum ? halves[bytes[block + 2]! | (bytes[block + 3]! << 8)]! : noMinimum
        const low = bytes[block + mask]! | (bytes[block + mask + 1]! << 8)
        const high = bytes[block + mask + 2]! | (bytes[block + mask + 3]! << 8)
        for (let i = 0; i < half; i++) {
          const nibbles = bytes[block + scales + i]!
          out[at + i] = d * (((nibbles & 15) | (((low >> i) & 1) << 4)) - centre) + m
          out[at + half + i] = d * (((nibbles >> 4) | (((high >> i) & 1) << 4)) - centre) + m
        }
      }
    },
  }
}

export const q4_0: BlockFormat = fourBits(false)
export const q4_1: BlockFormat = fourBits(true)
export const q5_0: BlockFormat = fiveBits(false)
export const q5_1: BlockFormat = fiveBits(true)

/** value = d·q, where q is a signed byte. */
export const q8_0: BlockFormat = {
  blockLength: length,
  blockBytes: 34,
  decode(bytes, out, at) {
    const halves = halfValues()
    const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let block = 0; block < bytes.length; block += 34) {
      const d = halves[bytes[block]! | (bytes[block + 1]! << 8)]!
      for (let i = 2; i < 34; i++) out[at++] = d * signed[block + i]!
    }
  },
}
