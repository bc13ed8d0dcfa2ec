import { compareText } from './code-points.ts'
import { Dict, DictView } from './dict.ts'
import { escapeHtml } from './escape-html.ts'
import { formatPercent } from './format-percent.ts'
import { iterate, lengthOf, listOf, rest } from './iterate.ts'
import type { BinaryOperator, Comparison } from './syntax-tree.ts'
import { failed, unsupported } from './template-error.ts'
import { bitsOf, checkValueDepth, str } from './text-of.ts'
import {
  Iteration,
  isList,
  isText,
  itemsOf,
  Markup,
  Range,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './values.ts'

/** The number that a value is: a bool is an int. */
function numberOf(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined
}

export function binary(run: Run, operator: BinaryOperator, left: Value, right: Value): Value {
  if (left instanceof Undefined) throw left.error()
  // The left side of % may be a format, which writes an undefined value.
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

export function compare(run: Run, operator: Comparison, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return equals(run, left, right)
    case '!=':
      return !equals(run, left, right)
    case 'in':
      return contains(run, right, left)
    case 'not in':
      return !contains(run, right, left)
    case '<':
      return order(run, operator, left, right) < 0
    case '<=':
      return order(run, operator, left, right) <= 0
    case '>':
      return order(run, operator, left, right) > 0
    case '>=':
      return order(run, operator, left, right) >= 0
  }
}

/** Python's `==`. */
export function equals(run: Run, left: Value, right: Value, depth = 0): boolean {
  checkValueDepth(depth)
  run.fuel.step()
  const [a, b] = [numberOf(left), numberOf(right)]
  // biome-ignore lint/suspicious/noDoubleEquals: == compares a bigint and a number by their values
  if (a !== undefined && b !== undefined) return a == b
  if (isText(left) && isText(right)) {
    const [text, other] = [textOf(left), textOf(right)]
    run.fuel.scan(text.length === other.length ? text.length : 0)
    return text === other
  }
  if (left instanceof Undefined) return right instanceof Undefined
  if (isList(left) && isList(right)) return sameItems(run, left, right, depth)
  if (left instanceof Tuple && right instanceof Tuple) return sameItems(run, left.items, right.items, depth)
  if (left instanceof Dict && right instanceof Dict) {
    if (left.size !== right.size) return false
    for (const [key, value] of left.entries()) {
      const other = right.get(key)
      if (other === undefined || !equals(run, value, other, depth + 1)) return false
    }
    return true
  }
  if (left instanceof Range && right instanceof Range)
    return (
      left.length === right.length &&
      (left.length === 0 || (left.start === right.start && (left.length === 1 || left.step === right.step)))
    )
  if (left instanceof DictView && right instanceof DictView && left !== right && left.kind !== 'values')
    throw unsupported('comparing the keys or items of dicts')
  return left === right
}

function sameItems(run: Run, left: readonly Value[], right: readonly Value[], depth: number): boolean {
  return left.length === right.length && left.every((item, at) => equals(run, item, right[at]!, depth + 1))
}

/** Below, at or above 0, or NaN, as `left` is below, at or above `right`. */
export function order(run: Run, operator: string, left: Value, right: Value, depth = 0): number {
  checkValueDepth(depth)
  run.fuel.step()
  if (left instanceof Undefined) throw left.error()
  if (right instanceof Undefined) throw right.error()
  const [a, b] = [numberOf(left), numberOf(right)]
  // biome-ignore lint/suspicious/noDoubleEquals: == compares a bigint and a number by their values
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : a == b ? 0 : Number.NaN
  if (isText(left) && isText(right)) {
    run.fuel.scan(Math.min(textOf(left).length, textOf(right).length))
    return compareText(textOf(left), textOf(right))
  }
  const [items, others] = [itemsOf(left), itemsOf(right)]
  if (items && others && isList(left) === isList(right)) {
    for (let at = 0; at < Math.min(items.length, others.length); at++)
      if (!equals(run, items[at]!, others[at]!, depth + 1))
        return order(run, operator, items[at]!, others[at]!, depth + 1)
    return items.length - others.length
  }
  throw failed(
    `TypeError: '${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
  )
}

/** Python's `value in container`. */
export function contains(run: Run, container: Value, value: Value): boolean {
  if (isText(container)) {
    if (!isText(value))
      throw failed(`TypeError: 'in <string>' requires string as left operand, not ${typeName(value)}`)
    run.fuel.search(textOf(container).length, textOf(value).length)
    return textOf(container).includes(textOf(value))
  }
  if (container instanceof Dict) return container.has(value)
  if (container instanceof DictView && container.kind === 'keys') return container.dict.has(value)
  const items = isList(container) || container instanceof Tuple || container instanceof Iteration
  if (!items && lengthOf(run, container) === undefined)
    throw failed(`TypeError: argument of type '${typeName(container)}' is not iterable`)
  for (const item of rest(iterate(run, container)))
    if (item === value || equals(run, item, value)) return true
  return false
}

/** `~`, and what the parts of a text are joined with: Python's `str` of each. */
export function concat(run: Run, values: readonly Value[]): string {
  return run.fuel.join(values.map((value) => str(run, value)))
}

/** The items in Python's order, equal ones as they were. */
export function sorted(
  run: Run,
  value: Value,
  keyOf: (item: Value) => Value,
  reverse: boolean,
): readonly Value[] {
  const keyed = listOf(run, value).map((item) => ({ item, key: keyOf(item) }))
  const sign = reverse ? -1 : 1
  keyed.sort((a, b) => {
    const found = order(run, '<', a.key, b.key)
    return Number.isNaN(found) ? 0 : sign * found
  })
  return keyed.map(({ item }) => item)
}
