import type { BlockFormat } from './block-format.ts'
import { halfValues } from './float-formats.ts'

/** GGML's k-quantizations: super-blocks of 256 values in groups with quantized scales of their own. */
const length = 256

/** Position of value 0 of a group of 32 among two-bit numbers: each 32 bytes hold four groups, one per bit pair. */
const pairsOf = (group: number) => ({ from: (group >> 2) * 32, shift: (group & 3) * 2 })

/**
 * Q2_K: a 4-bit scale s and minimum m per 16 values, sixteen bytes; 64 bytes of bit pairs; float16 d and d_min. value = (d·s)·q −
 * (d_min·m).
 */
export const q2_k: BlockFormat = {
  blockLength: length,
  blockBytes: 84,
  decode(bytes, out, at) {
    const halves = halfValues()
    for (let block = 0; block < bytes.length; block += 84) {
      const d = halves[bytes[block + 80]! | (bytes[block + 81]! << 8)]!
      const dMin = halves[bytes[block + 82]! | (bytes[block + 83]! << 8)]!
      for (let group = 0; group < 8; group++) {
        const { from, shift } = pairsOf(group)
        const pairs = block + 16 + from
        for (let half = 0; half < 2; half++) {
          const packed = bytes[block + 2 * group + half]!
          const scale = d * (packed & 15)
          const minimum = dMin * (packed >> 4)
          for (let i = 16 * half; i < 16 * half + 16; i++)
            out[at++] = scale * ((bytes[pairs + i]! >> shift) & 3) - minimum
        }
      }
    }
  },
}

/**
 * Q3_K: the third bits, bit g of byte i for value i of group g, which subtract four if 0; 64 bytes of bit pairs; sixteen 6-bit
 * scales s in twelve bytes: their low four bits in the nibbles of the first eight, their high two bits in the bit pairs of the
 * last four; float16 d. value = (d·(s − 32))·q, one s per 16 values.
 */
export const q3_k: BlockFormat = {
  blockLength: length,
  blockBytes: 110,
  decode(bytes, out, at) {
    const halves = halfValues()
    for (let block = 0; block < bytes.length; block += 110) {
      const d = halves[bytes[block + 108]! | (bytes[block + 109]! << 8)]!
      for (let group = 0; group < 8; group++) {
        const { from, shift } = pairsOf(group)
        const pairs = block + 32 + from
        for (let half = 0; half < 2; half++) {
          const index = 2 * group + half
          const low = (bytes[block + 96 + (index & 7)]! >> ((index >> 3) * 4)) & 15
          const high = (bytes[block + 104 + (index & 3)]! >> ((index >> 2) * 2)) & 3
          const scale = d * ((low | (high << 4)) - 32)
          for (let i = 16 * half; i < 16 * half + 16; i++) {
            const q = ((bytes[pairs + i]! >> shift) & 3) - ((bytes[block + i]! >> group) & 1 ? 0 : 4)
            out[at++] = scale * q
          }
        }
      }
    }
  },
}

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
            // The last four pairs: their low four bits share a byte; their high two bits are the top bits of the first four.
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
 * Q6_K: 128 bytes of low nibbles, 64 bytes of high bit pairs, sixteen signed 8-bit scales s, float16 d. Each half of the block
 * interleaves its four groups of 32: two in the low and two in the high nibbles of the same 64 bytes, all four in the bit pairs
 * of the same 32. value = (d·s)·(q − 32), one s per 16 values.
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
