/**
 * Converts numbers to the bits of IEEE 754 half precision, rounding to nearest, ties to even. Numbers that are too large become
 * infinite. (Node 20 has no Float16Array.)
 */
export function float16Bits(values: ArrayLike<number>): Uint16Array {
  const bits = new Uint16Array(values.length)
  const float = new Float32Array(1)
  const word = new Uint32Array(float.buffer)
  for (let i = 0; i < values.length; i++) {
    float[0] = values[i] as number
    const whole = word[0] as number
    const sign = (whole >>> 16) & 0x8000
    const magnitude = whole & 0x7fffffff
    bits[i] = sign | half(magnitude)
  }
  return bits
}

/** @param magnitude the bits of a float32 without its sign */
function half(magnitude: number): number {
  if (magnitude > 0x7f800000) return 0x7e00
  // 65,520 and above round to infinity.
  if (magnitude >= 0x477ff000) return 0x7c00
  // Below 2⁻¹⁴ the exponent is fixed, and the mantissa with its leading 1 shifts right.
  if (magnitude < 0x38800000) {
    const shift = 126 - (magnitude >>> 23)
    return shift > 24 ? 0 : rounded((magnitude & 0x7fffff) | 0x800000, shift)
  }
  return rounded(magnitude - 0x38000000, 13)
}

/** Rounds off the last `shift` bits. A carry propagates into the exponent, as it should. */
function rounded(bits: number, shift: number): number {
  const kept = bits >>> shift
  const rest = bits - kept * 2 ** shift
  const middle = 2 ** (shift - 1)
  return rest > middle || (rest === middle && kept & 1) ? kept + 1 : kept
}
