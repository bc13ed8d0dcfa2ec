import { failed, unsupported } from '../template-error.ts'
import { codePointLength, codePointSlice } from '../text/code-points.ts'
import { floatText } from '../text/number-text.ts'
import { floatWithType } from './format-percent.ts'
import { integerText, str } from './text-of.ts'
import { isText, type Run, textOf, typeName, type Value } from './values.ts'

const specification =
  /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u

interface Specification {
  readonly fill: string
  readonly align: string
  readonly sign: string
  readonly hasSign: boolean
  readonly alternate: boolean
  readonly width: number
  readonly grouping: string
  readonly precision: number | undefined
  readonly type: string
}

/** Python's `format(value, specification)`. */
export function formatValue(run: Run, value: Value, text: string): string {
  if (text === '') return str(run, value)
  const isNumber = typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'
  if (!isText(value) && !isNumber)
    throw failed(`TypeError: unsupported format string passed to ${typeName(value)}.__format__`)
  const found = specification.exec(text)
  if (!found) throw failed(`ValueError: Invalid format specifier '${text}'`)
  const [, fill, align, sign, noNegativeZero, alternate, zero, width, grouping = '', precision, type = ''] =
    found
  if (noNegativeZero) throw unsupported("the format specification 'z'")
  const parts: Specification = {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (zero && isNumber ? '=' : isNumber ? '>' : '<'),
    sign: sign ?? '-',
    hasSign: sign !== undefined,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  }
  run.fuel.room(parts.width + (parts.precision ?? 0))
  return run.fuel.text(
    isText(value) ? formatString(textOf(value), parts) : formatNumber(run, value as bigint, parts),
  )
}

function formatString(text: string, parts: Specification): string {
  const { precision, type } = parts
  if (type !== '' && type !== 's')
    throw failed(`ValueError: Unknown format code '${type}' for object of type 'str'`)
  if (parts.align === '=' || parts.alternate || parts.grouping || parts.hasSign)
    throw failed('ValueError: not allowed in string format specifier')
  return aligned('', precision === undefined ? text : codePointSlice(text, 0, precision), parts)
}

function formatNumber(run: Run, value: bigint | number | boolean, parts: Specification): string {
  const whole = typeof value === 'boolean' ? BigInt(value) : value
  if (parts.type === '' && typeof value === 'boolean' && parts.precision === undefined && !parts.grouping)
    return aligned(...split(integerText(run, BigInt(value)), parts))
  if (parts.type === 's')
    throw failed(`ValueError: Unknown format code 's' for object of type '${typeName(value)}'`)
  if (typeof whole === 'bigint' && !'eEfFgG%'.includes(parts.type || 'd'))
    return formatWhole(run, whole, parts)
  if (typeof whole === 'number' && 'bcdoxX'.includes(parts.type || 'g'))
    throw failed(`ValueError: Unknown format code '${parts.type}' for object of type 'float'`)
  return aligned(...split(floatDigits(Number(whole), parts), parts))
}

function formatWhole(run: Run, value: bigint, parts: Specification): string {
  if (parts.precision !== undefined)
    throw failed('ValueError: Precision not allowed in integer format specifier')
  const size = value < 0n ? -value : value
  const sign = value < 0n ? '-' : ''
  if (parts.type === 'c' && (parts.hasSign || parts.alternate || parts.grouping))
    throw failed("ValueError: not allowed with integer format specifier 'c'")
  if (parts.type === 'c')
    return aligned('', String.fromCodePoint(Number(value)), { ...parts, align: parts.align })
  const radix = { b: 2, o: 8, x: 16, X: 16 }[parts.type] ?? 10
  const digits = radix === 10 ? integerText(run, size) : size.toString(radix)
  const prefix = parts.alternate && radix !== 10 ? `0${parts.type}` : ''
  const [signText, text] = split(
    sign + (parts.type === 'X' ? digits.toUpperCase() : digits),
    parts,
    radix === 10 ? 3 : 4,
  )
  return aligned(signText + prefix, text, parts)
}

function floatDigits(value: number, { type, precision, alternate }: Specification): string {
  switch (type) {
    case '':
      if (precision === undefined) return floatText(value)
      return shortest(value, precision)
    case '%':
      return `${floatWithType(value * 100, 'f', precision ?? 6, alternate)}%`
    case 'n':
      return floatWithType(value, 'g', precision ?? 6, alternate)
  }
  return floatWithType(value, type, precision ?? 6, alternate)
}

/** Without a type, a float is formatted as by `g`, but with a digit after the point. */
function shortest(value: number, precision: number): string {
  const text = floatWithType(value, 'g', precision, false)
  return /^-?\d+$/.test(text)
    ? text.replace('-', '').length < precision
      ? `${text}.0`
      : scientific(text)
    : text
}

function scientific(text: string): string {
  const [, sign, digits] = /^(-?)(\d+)$/.exec(text)!
  const fraction = digits!.slice(1).replace(/0+$/, '')
  return `${sign}${digits![0]}${fraction ? `.${fraction}` : ''}e+${String(digits!.length - 1).padStart(2, '0')}`
}

/** The sign, and the digits with grouping. */
function split(text: string, parts: Specification, size = 3): [string, string, Specification] {
  const negative = text.startsWith('-')
  const sign = negative ? '-' : parts.sign === '-' ? '' : parts.sign
  const digits = negative ? text.slice(1) : text
  if (!parts.grouping) return [sign, digits, parts]
  if (parts.fill === '0' && parts.align === '=' && parts.width > digits.length)
    throw unsupported('the format specification of zeros with a thousands separator')
  const [, whole, others] = /^([\da-fA-F]*)(.*)$/.exec(digits)!
  const grouped = whole!.replace(new RegExp(`\\B(?=(?:.{${size}})+$)`, 'g'), parts.grouping)
  return [sign, grouped + others, parts]
}

function aligned(sign: string, text: string, { fill, align, width }: Specification): string {
  const missing = width - codePointLength(sign) - codePointLength(text)
  if (missing <= 0) return sign + text
  switch (align) {
    case '<':
      return sign + text + fill.repeat(missing)
    case '=':
      return sign + fill.repeat(missing) + text
    case '^': {
      const left = Math.floor(missing / 2)
      return fill.repeat(left) + sign + text + fill.repeat(missing - left)
    }
  }
  return fill.repeat(missing) + sign + text
}
