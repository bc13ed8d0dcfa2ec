import { unsupported } from '../template-error.ts'

/** Python's `repr` of a float: the shortest text that parses to the same value. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power < -4 || power >= 16)
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  // In this range, JavaScript does not use an exponent either.
  const plain = String(value)
  return plain.includes('.') ? plain : `${plain}.0`
}

const longestPrecision = 1000

/** A value as a fraction of integers; the denominator is positive. */
function fractionOf(value: number): readonly [bigint, bigint] {
  let exponent = 0
  let scaled = value
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    exponent++
  }
  return [BigInt(scaled), 1n << BigInt(exponent)]
}

/** The quotient, rounded half to even; the denominator must be positive. */
export function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n
  const size = negative ? -numerator : numerator
  let quotient = size / denominator
  const twice = (size % denominator) * 2n
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient++
  return negative ? -quotient : quotient
}

/** A finite value times a power of ten, exact, rounded half to even. */
export function scaledTo(value: number, power: number): bigint {
  const [numerator, denominator] = fractionOf(value)
  return power >= 0
    ? roundedQuotient(numerator * 10n ** BigInt(power), denominator)
    : roundedQuotient(numerator, denominator * 10n ** BigInt(-power))
}

function checkPrecision(precision: number): void {
  if (precision > longestPrecision) throw unsupported(`a precision of more than ${longestPrecision} digits`)
}

/** C's `%.*f` of a finite number, without its sign. */
export function fixedText(value: number, precision: number): string {
  checkPrecision(precision)
  const digits = String(scaledTo(Math.abs(value), precision)).padStart(precision + 1, '0')
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`
}

/** Digits and exponent of a finite number, without its sign, for scientific notation. */
function scientific(value: number, precision: number): readonly [string, number] {
  checkPrecision(precision)
  const size = Math.abs(value)
  if (size === 0) return ['0'.repeat(precision + 1), 0]
  const power = Number(size.toExponential().split('e')[1])
  const digits = String(scaledTo(size, precision - power))
  // Rounding may carry into an additional digit.
  return digits.length > precision + 1 ? [digits.slice(0, -1), power + 1] : [digits, power]
}

function exponentText(digits: string, power: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  return `${digits[0]}${fraction}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** C's `%.*e`. */
export function exponentialText(value: number, precision: number): string {
  return exponentText(...scientific(value, precision))
}

/** C's `%.*g`; `alternate` keeps trailing zeros. */
export function generalText(value: number, precision: number, alternate = false): string {
  const wanted = precision === 0 ? 1 : precision
  const [digits, power] = scientific(value, wanted - 1)
  const kept = alternate ? digits : digits.replace(/0+$/, '') || '0'
  if (power < -4 || power >= wanted) return exponentText(kept, power)
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${kept}`
  const whole = kept.slice(0, power + 1).padEnd(power + 1, '0')
  const fraction = kept.slice(power + 1)
  return fraction || alternate ? `${whole}.${fraction}` : whole
}
