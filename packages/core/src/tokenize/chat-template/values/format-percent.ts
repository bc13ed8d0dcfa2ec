import { failed } from '../template-error.ts'
import { codePointLength, codePointSlice } from '../text/code-points.ts'
import { exponentialText, fixedText, generalText } from '../text/number-text.ts'
import { Dict } from './dict.ts'
import { integerText, repr, str } from './text-of.ts'
import { isList, isText, Range, type Run, Tuple, textOf, typeName, Undefined, type Value } from './values.ts'

const directive = /%(?:\(([^()]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S])?/gu

/** Python's `format % values`: a tuple has one value per field, a dict has values by name, anything else is a single value. */
export function formatPercent(run: Run, formatText: string | Value, values: Value): string {
  const format = typeof formatText === 'string' ? formatText : str(run, formatText)
  run.fuel.scan(format.length)
  const given = values instanceof Tuple ? values.items : [values]
  let used = 0
  const next = () => {
    const value = given[used++]
    if (value === undefined) throw failed('TypeError: not enough arguments for format string')
    return value
  }
  const width = (text: string | undefined) => (text === '*' ? starred(next()) : Number(text || 0))
  const result = format.replace(
    directive,
    (all, key?: string, flags = '', widthText?: string, precisionText?: string, type?: string) => {
      if (type === undefined) throw failed('ValueError: incomplete format')
      if (type === '%' && key === undefined) return '%'
      if (key !== undefined && !(values instanceof Dict)) throw failed('TypeError: format requires a mapping')
      const wide = width(widthText)
      const precision = precisionText === undefined ? undefined : width(precisionText)
      const left = flags.includes('-') || wide < 0
      const value = key === undefined ? next() : byKey(values as Dict, key)
      run.fuel.room(Math.abs(wide) + (precision ?? 0))
      const text = converted(run, value, type, flags, precision, all)
      return padded(run.fuel.text(text), Math.abs(wide), left, flags.includes('0') && isNumeric(type))
    },
  )
  const spare =
    values instanceof Tuple
      ? used < given.length
      : used === 0 && !(values instanceof Dict) && !takesAny(values)
  if (spare) throw failed('TypeError: not all arguments converted during string formatting')
  return run.fuel.text(result)
}

/** Values other than text that support subscripts may be left unused. */
const takesAny = (value: Value) =>
  isList(value) || value instanceof Dict || value instanceof Range || value instanceof Undefined

function byKey(values: Dict, key: string): Value {
  const value = values.get(key)
  if (value === undefined) throw failed(`KeyError: '${key}'`)
  return value
}

function starred(value: Value): number {
  if (typeof value !== 'bigint') throw failed('TypeError: * wants int')
  return Number(value)
}

const isNumeric = (type: string) => 'diuoxXeEfFgG'.includes(type)

function converted(
  run: Run,
  value: Value,
  type: string,
  flags: string,
  precision: number | undefined,
  all: string,
): string {
  const cut = (text: string) => (precision === undefined ? text : codePointSlice(text, 0, precision))
  switch (type) {
    case 's':
      return cut(str(run, value))
    case 'r':
      return cut(repr(run, value))
    case 'a':
      return cut(asciiOf(repr(run, value)))
    case 'c':
      return character(value)
  }
  if (!isNumeric(type)) throw failed(`ValueError: unsupported format character '${type}' in ${all}`)
  if ('diuoxX'.includes(type))
    return signed(wholeText(run, wholeOf(value, type), type, flags, precision), flags)
  return signed(floatWithType(numberOf(value), type, precision ?? 6, flags.includes('#')), flags)
}

/** Escapes non-ASCII characters. */
export function asciiOf(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (found) => {
    const code = found.codePointAt(0)!
    const digits = code.toString(16)
    if (code < 0x100) return `\\x${digits.padStart(2, '0')}`
    return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
  })
}

function character(value: Value): string {
  if (isText(value) && codePointLength(textOf(value)) === 1) return textOf(value)
  if (typeof value === 'boolean') return String.fromCodePoint(Number(value))
  if (typeof value === 'bigint' && value >= 0n && value < 0x110000n)
    return String.fromCodePoint(Number(value))
  throw failed('TypeError: %c requires int or char')
}

function wholeOf(value: Value, type: string): bigint {
  if (typeof value === 'boolean') return BigInt(value)
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && 'diu'.includes(type)) {
    if (Number.isFinite(value)) return BigInt(Math.trunc(value))
    throw failed(`OverflowError: cannot convert float to integer`)
  }
  if (value instanceof Undefined) throw value.error()
  throw failed(`TypeError: %${type} format: a number is required, not ${typeName(value)}`)
}

function wholeText(run: Run, value: bigint, type: string, flags: string, precision = 0): string {
  const size = value < 0n ? -value : value
  const radix = type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10
  const digits = (radix === 10 ? integerText(run, size) : size.toString(radix)).padStart(precision, '0')
  const prefix = flags.includes('#') && radix !== 10 ? `0${type}` : ''
  return (value < 0n ? '-' : '') + prefix + (type === 'X' ? digits.toUpperCase() : digits)
}

function numberOf(value: Value): number {
  if (typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number')
    return Number(value)
  if (value instanceof Undefined) throw value.error()
  throw failed(`TypeError: must be real number, not ${typeName(value)}`)
}

/** Formats a float as type `e`, `f` or `g`, or their capitals, with a minus if negative. */
export function floatWithType(value: number, type: string, precision: number, alternate: boolean): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const lower = type.toLowerCase()
  const digits = Number.isFinite(value)
    ? lower === 'f'
      ? fixedText(value, precision)
      : lower === 'e'
        ? exponentialText(value, precision)
        : generalText(value, precision, alternate)
    : Number.isNaN(value)
      ? 'nan'
      : 'inf'
  // The alternate form always has a decimal point.
  const pointed = alternate && /^\d+(e|$)/.test(digits) ? digits.replace(/^\d+/, '$&.') : digits
  return sign + (lower === type ? pointed : pointed.toUpperCase())
}

function signed(text: string, flags: string): string {
  if (text.startsWith('-')) return text
  return (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + text
}

function padded(text: string, width: number, left: boolean, zeros: boolean): string {
  const missing = width - codePointLength(text)
  if (missing <= 0) return text
  if (left) return text + ' '.repeat(missing)
  if (!zeros) return ' '.repeat(missing) + text
  const prefix = /^[-+ ]?(?:0[xXo])?/.exec(text)![0]
  return prefix + '0'.repeat(missing) + text.slice(prefix.length)
}
