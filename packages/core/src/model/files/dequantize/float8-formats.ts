import type { BlockFormat } from './block-format.ts'

/** 8-bit floats (Micikevicius et al. 2022, "FP8 formats for deep learning"), each format as a table of its 256 values. */
const tables = new Map<Float8, Float32Array>()

/** Exponent bits and bias; the remaining bits below the sign are the fraction. */
const layouts = {
  /** No infinities; only the largest pattern of either sign is NaN. */
  F8_E4M3: { exponentBits: 4, bias: 7, hasInfinity: false },
  /** As in IEEE 754: the largest exponent means infinity or NaN. */
  F8_E5M2: { exponentBits: 5, bias: 15, hasInfinity: true },
} as const

export type Float8 = keyof typeof layouts | 'F8_E8M0'

/** The values of all 256 patterns, exact in float32. Computed once, on first use. */
export function float8Values(type: Float8): Float32Array {
  const known = tables.get(type)
  if (known) return known
  const decoded = type === 'F8_E8M0' ? powerOfTwo : (bits: number) => float8(bits, layouts[type])
  const table = Float32Array.from({ length: 256 }, (_, bits) => decoded(bits))
  tables.set(type, table)
  return table
}

/** An exponent alone, for scales in OCP's microscaling formats. */
function powerOfTwo(bits: number): number {
  return bits === 255 ? Number.NaN : 2 ** (bits - 127)
}

function float8(bits: number, { exponentBits, bias, hasInfinity }: (typeof layouts)[keyof typeof layouts]) {
  const fractionBits = 7 - exponentBits
  const magnitude = bits & 127
  const exponent = magnitude >> fractionBits
  const fraction = (magnitude & (2 ** fractionBits - 1)) / 2 ** fractionBits
  const sign = bits >> 7 ? -1 : 1
  if (hasInfinity && exponent === 2 ** exponentBits - 1)
    return fraction > 0 ? Number.NaN : sign * Number.POSITIVE_INFINITY
  if (!hasInfinity && magnitude === 127) return Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias)
}

const formatOf = (type: Float8): BlockFormat => ({
  blockLength: 1,
  blockBytes: 1,
  decode(bytes, out, at) {
    const values = float8Values(type)
    for (let i = 0; i < bytes.length; i++) out[at++] = values[bytes[i]!]!
  },
})

/** Under safetensors' names. */
export const float8Formats: Readonly<Record<Float8, BlockFormat>> = {
  F8_E4M3: formatOf('F8_E4M3'),
  F8_E5M2: formatOf('F8_E5M2'),
  F8_E8M0: formatOf('F8_E8M0'),
}
