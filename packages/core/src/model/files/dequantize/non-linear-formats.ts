import type { BlockFormat } from './block-format.ts'
import { halfValues } from './float-formats.ts'

/**
 * GGML's non-linear 4-bit quantizations: indices into sixteen levels that are denser near zero. Byte i of 16 holds value i in its
 * low half and value i + 16 in its high half.
 */
const levels = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)

function decodeLevels(bytes: Uint8Array, from: number, scale: number, out: Float32Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const nibbles = bytes[from + i]!
    out[at + i] = scale * levels[nibbles & 15]!
    out[at + 16 + i] = scale * levels[nibbles >> 4]!
  }
}

/** float16 d, then 32 values. value = d·level. */
export const iq4_nl: BlockFormat = {
  blockLength: 32,
  blockBytes: 18,
  decode(bytes, out, at) {
    const halves = halfValues()
    for (let block = 0; block < bytes.length; block += 18, at += 32) {
      const d = halves[bytes[block]! | (bytes[block + 1]! << 8)]!
      decodeLevels(bytes, block + 2, d, out, at)
    }
  },
}

/**
 * float16 d; 6-bit scales s of eight groups of 32, their high two bits in one 16-bit number, their low four bits in the nibbles
 * of four bytes; then the values. value = (d·(s − 32))·level.
 */
export const iq4_xs: BlockFormat = {
  blockLength: 256,
  blockBytes: 136,
  decode(bytes, out, at) {
    const halves = halfValues()
    for (let block = 0; block < bytes.length; block += 136) {
      const d = halves[bytes[block]! | (bytes[block + 1]! << 8)]!
      const highs = bytes[block + 2]! | (bytes[block + 3]! << 8)
      for (let group = 0; group < 8; group++, at += 32) {
        const low = (bytes[block + 4 + (group >> 1)]! >> ((group & 1) * 4)) & 15
        const scale = d * ((low | (((highs >> (2 * group)) & 3) << 4)) - 32)
        decodeLevels(bytes, block + 8 + 16 * group, scale, out, at)
      }
    }
  },
}
