import { strip } from '../text/split-text.ts'
import { isText, type Run, textOf, Undefined, type Value } from './values.ts'

/** Converts digits of other scripts, which are valid too. */
function plainDigits(text: string): string {
  return strip(text, null, 'both').replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    // The ten digits of each script are consecutive, starting at a code point that is 0 or 6 modulo 16.
    const code = digit.codePointAt(0)!
    let zero = code
    while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
    return String((code - zero) % 10)
  })
}

const lengthMost = 4300

/** Python's `int(text, base)`; undefined for a ValueError. */
export function parseIntegerText(text: string, base: number): bigint | undefined {
  const found = /^([+-]?)(0[xXoObB])?_?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(plainDigits(text))
  if (!found || (base !== 0 && (base < 2 || base > 36))) return undefined
  const [, sign, prefix = '', grouped] = found
  const digits = grouped!.replaceAll('_', '').toLowerCase()
  const prefixBase = { '': undefined, '0x': 16, '0o': 8, '0b': 2 }[prefix.toLowerCase()]
  if (prefix === '' && /^[+-]?_/.test(strip(text, null, 'both'))) return undefined
  if (base !== 0 && prefixBase !== undefined && prefixBase !== base)
    return base > 11 ? wholeOf(sign!, prefix.toLowerCase() + digits, base) : undefined
  if (base === 0 && prefixBase === undefined && /^0+[1-9]/.test(digits)) return undefined
  return wholeOf(sign!, digits, base === 0 ? (prefixBase ?? 10) : base)
}

function wholeOf(sign: string, digits: string, base: number): bigint | undefined {
  if (digits.length > lengthMost) return undefined
  let value = 0n
  for (const digit of digits) {
    const worth = Number.parseInt(digit, 36)
    if (worth >= base) return undefined
    value = value * BigInt(base) + BigInt(worth)
  }
  return sign === '-' ? -value : value
}

/** Python's `float(text)`; undefined for a ValueError. */
export function parseFloatText(text: string): number | undefined {
  const plain = plainDigits(text)
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(plain)
  if (special) {
    const value = special[2]!.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY
    return special[1] === '-' ? -value : value
  }
  const digits = '\\d+(?:_\\d+)*'
  const number = new RegExp(`^[+-]?(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:[eE][+-]?${digits})?$`)
  return number.test(plain) ? Number(plain.replaceAll('_', '')) : undefined
}

/** Python's `float(value)`; undefined for a TypeError or ValueError. */
export function floatOf(run: Run, value: Value): number | undefined {
  if (value instanceof Undefined) throw value.error()
  if (isText(value)) {
    run.fuel.characters(textOf(value))
    return parseFloatText(textOf(value))
  }
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'
    ? Number(value)
    : undefined
}
