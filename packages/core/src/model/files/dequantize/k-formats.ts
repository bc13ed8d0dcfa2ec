import type { BlockFormat } from './block-format.ts'
import { halfValues } from './float-formats.ts'

/** GGML's k-quantizations: super-blocks of 256 values in groups that have their own quantized scales. */
const length = 256

/**
 * Q4_K and Q5_K: float16 d and d_min, then eight 6-bit scales s and minima m in twelve bytes, then (Q5_K) the
 * fifth bits, bit g of byte i for value i of group g, then nibbles, 32 bytes for two groups of 32.
 * value = (d·s)·q − (d_min·m).
 */
function scaledWithMinimum(hasFifthBit: boolean): BlockFormat {
  const fifth = 16
  const nibbles = hasFifthBit ? 48 : 16
  const blockBytes = nibbles + 128
  return {
    blockLength: length,
    blockBytes,
    decode(bytes, out, at) {
      const halves = halfValues()
      for (let block = 0; block < bytes.length; block += blockBytes) {
        const d = halves[bytes[block]! | (bytes[block + 1]! << 8)]!
        const dMin = halves[bytes[block + 2]! | (bytes[block + 3]! << 8)]!
        const packed = block + 4
        for (let group = 0; group < 8; group++) {
          let s: number
          let m: number
          if (group < 4) {
            s = bytes[packed + group]! & 63
            m = bytes[packed + 4 + group]! & 63
          } else {
            // The last four pairs: their low four bits share a byte, their high two top those of the first four.
            const shared = bytes[packed + 4 + group]!
            s = (shared & 15) | ((bytes[packed + group - 4]! >> 6) << 4)
            m = (shared >> 4) | ((bytes[packed + group]! >> 6) << 4)
          }
          const scale = d * s
          const minimum = dMin * m
          const shift = (group & 1) * 4
          const from = block + nibbles + (group >> 1) * 32
          for (let i = 0; i < 32; i++) {
            let q = (bytes[from + i]! >> shift) & 15
            if (hasFifthBit) q |= ((bytes[block + fifth + i]! >> group) & 1) << 4
            out[at++] = scale * q - minimum
          }
        }
      }
    },
  }
}

export const q4_k: BlockFormat = scaledWithMinimum(false)
export const q5_k: BlockFormat = scaledWithMinimum(true)

/**
 * Q6_K: 128 bytes of low nibbles, 64 bytes of high bit pairs, sixteen signed 8-bit scales s, float16 d. Each half
 * of the block interleaves its four groups of 32: two in the low and two in the high nibbles of the same 64
 * bytes, all four in the bit pairs of the same 32. value = (d·s)·(q − 32), one s for 16 values.
 */
export const q6_k: BlockFormat = {
  blockLength: length,
  blockBytes: 210,
  decode(bytes, out, at) {
    const halves = halfValues()
    const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let block = 0; block < bytes.length; block += 210) {
      const d = halves[bytes[block + 208]! | (bytes[block + 209]! << 8)]!
      for (let group = 0; group < 8; group++) {
        const low = block + (group >> 2) * 64 + (group & 1) * 32
        const lowShift = ((group >> 1) & 1) * 4
        const high = block + 128 + (group >> 2) * 32
        const highShift = (group & 3) * 2
        for (let i = 0; i < 32; i++) {
          const scale = d * signed[block + 192 + group * 2 + (i >> 4)]!
          const q = ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4)
          out[at++] = scale * (q - 32)
        }
      }
    }
  },
}
