import type { BlockFormat } from './block-format.ts'

let halfTable: Float32Array | undefined

/** The values of all 65536 IEEE 754 binary16 patterns, exact in float32. Computed once, on first use. */
export function halfValues(): Float32Array {
  if (halfTable) return halfTable
  halfTable = new Float32Array(65536)
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    const sign = bits >> 15 ? -1 : 1
    if (exponent === 31) halfTable[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
    else if (exponent === 0) halfTable[bits] = sign * fraction * 2 ** -24
    else halfTable[bits] = sign * (1024 + fraction) * 2 ** (exponent - 25)
  }
  return halfTable
}

export const float32: BlockFormat = {
  blockLength: 1,
  blockBytes: 4,
  decode(bytes, out, at) {
    // Copied as bytes, because the file's data need not be aligned to four bytes.
    new Uint8Array(out.buffer, out.byteOffset + 4 * at, bytes.length).set(bytes)
  },
}

export const float16: BlockFormat = {
  blockLength: 1,
  blockBytes: 2,
  decode(bytes, out, at) {
    const half = halfValues()
    for (let i = 0; i < bytes.length; i += 2) out[at++] = half[bytes[i]! | (bytes[i + 1]! << 8)]!
  },
}

/** bfloat16 is the upper half of a float32. */
export const bfloat16: BlockFormat = {
  blockLength: 1,
  blockBytes: 2,
  decode(bytes, out, at) {
    const bits = new Uint32Array(out.buffer, out.byteOffset, out.length)
    for (let i = 0; i < bytes.length; i += 2) bits[at++] = (bytes[i]! << 16) | (bytes[i + 1]! << 24)
  },
}

export const float64: BlockFormat = {
  blockLength: 1,
  blockBytes: 8,
  decode(bytes, out, at) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < bytes.length; i += 8) out[at++] = view.getFloat64(i, true)
  },
}

/** Exact up to 2²⁴ in magnitude, rounded beyond. */
export const int32: BlockFormat = {
  blockLength: 1,
  blockBytes: 4,
  decode(bytes, out, at) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < bytes.length; i += 4) out[at++] = view.getInt32(i, true)
  },
}
