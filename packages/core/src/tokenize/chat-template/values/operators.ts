import type { BinaryOperator } from '../syntax/syntax-tree.ts'
import { failed, unsupported } from '../template-error.ts'
import { formatPercent } from './format-percent.ts'
import { bitsOf, escapeHtml, str } from './text-of.ts'
import {
  isList,
  isText,
  itemsOf,
  Markup,
  numberOf,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './values.ts'

export function binary(run: Run, operator: BinaryOperator, left: Value, right: Value): Value {
  if (left instanceof Undefined) throw left.error()
  // The left side of % may be a format string, which can print an undefined value.
  if (operator === '%' && isText(left)) return percent(run, left, right)
  if (right instanceof Undefined) throw right.error()
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a !== undefined && b !== undefined)
    return typeof a === 'bigint' && typeof b === 'bigint'
      ? wholeNumbers(run, operator, a, b)
      : floats(operator, Number(a), Number(b))
  const joined =
    operator === '+' ? add(run, left, right) : operator === '*' ? repeat(run, left, right) : undefined
  if (joined !== undefined) return joined
  throw failed(
    `TypeError: unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
  )
}

function percent(run: Run, format: string | Markup, values: Value): Value {
  if (format instanceof Markup) throw unsupported('the operator % on an escaped text')
  return formatPercent(run, format, values)
}

function wholeNumbers(run: Run, operator: BinaryOperator, a: bigint, b: bigint): Value {
  const bits = bitsOf(a) + bitsOf(b)
  run.fuel.bytes(bits >>> 3)
  run.fuel.step(1 + (bits >>> 10) * (bits >>> 10))
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '**':
      return power(run, a, b)
  }
  if (b === 0n) throw failed('ZeroDivisionError: division by zero')
  if (operator === '/') {
    if (bits > 106) throw unsupported('division of integers beyond 2**53')
    return Number(a) / Number(b)
  }
  const remainder = a % b
  const carries = remainder !== 0n && remainder < 0n !== b < 0n
  if (operator === '%') return carries ? remainder + b : remainder
  return carries ? a / b - 1n : a / b
}

function power(run: Run, base: bigint, exponent: bigint): Value {
  if (exponent < 0n) return floats('**', Number(base), Number(exponent))
  if (base >= -1n && base <= 1n)
    return base ** (exponent % 2n === 0n && exponent > 0n ? 2n : exponent > 0n ? 1n : 0n)
  const bits = Number(exponent) * base.toString(2).length
  if (bits > 1e6) throw unsupported('integers of more than a million bits')
  run.fuel.bytes(bits / 8)
  run.fuel.step(1 + Math.floor(bits / 1024) ** 2)
  return base ** exponent
}

function floats(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '**':
      if (a === 0 && b < 0) throw failed('ZeroDivisionError: 0.0 cannot be raised to a negative power')
      if (a < 0 && Number.isFinite(b) && !Number.isInteger(b)) throw unsupported('complex numbers')
      if (Number.isFinite(a) && Number.isFinite(b) && !Number.isFinite(a ** b))
        throw failed("OverflowError: (34, 'Numerical result out of range')")
      return a ** b
  }
  if (b === 0) throw failed('ZeroDivisionError: float division by zero')
  if (operator === '/') return a / b
  let remainder = a % b
  if (remainder !== 0 && remainder < 0 !== b < 0) remainder += b
  else if (remainder === 0) remainder = b < 0 ? -0 : 0
  if (operator === '%') return remainder
  const quotient = (a - remainder) / b
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

function add(run: Run, left: Value, right: Value): Value | undefined {
  if (isText(left) && isText(right)) {
    if (typeof left === 'string' && typeof right === 'string') return run.fuel.text(left + right)
    return new Markup(run.fuel.text(escapeHtml(run, left) + escapeHtml(run, right)))
  }
  const [a, b] = [itemsOf(left), itemsOf(right)]
  if (!a || !b || isList(left) !== isList(right)) return undefined
  run.fuel.items(a.length + b.length)
  return isList(left) ? [...a, ...b] : new Tuple([...a, ...b])
}

function repeat(run: Run, left: Value, right: Value): Value | undefined {
  const [sequence, factor] = numberOf(right) === undefined ? [right, numberOf(left)] : [left, numberOf(right)]
  if (typeof factor !== 'bigint') return undefined
  if (factor >= 2n ** 63n || factor < -(2n ** 63n))
    throw failed("OverflowError: cannot fit 'int' into an index-sized integer")
  const times = factor > 0n ? Number(factor) : 0
  if (isText(sequence)) {
    run.fuel.room(textOf(sequence).length * times)
    const text = textOf(sequence).repeat(textOf(sequence) === '' ? 0 : times)
    return sequence instanceof Markup ? new Markup(text) : text
  }
  const items = itemsOf(sequence)
  if (!items) return undefined
  run.fuel.items(items.length * times)
  const repeated = items.length === 0 ? [] : Array.from({ length: times }, () => items).flat()
  return isList(sequence) ? repeated : new Tuple(repeated)
}

export function unary(operator: '-' | '+', value: Value): Value {
  if (value instanceof Undefined) throw value.error()
  const number = numberOf(value)
  if (number === undefined)
    throw failed(`TypeError: bad operand type for unary ${operator}: '${typeName(value)}'`)
  return operator === '-' ? -number : number
}

/** `~`, and other joins of texts: concatenates Python's `str` of each value. */
export function concat(run: Run, values: readonly Value[]): string {
  return run.fuel.join(values.map((value) => str(run, value)))
}
