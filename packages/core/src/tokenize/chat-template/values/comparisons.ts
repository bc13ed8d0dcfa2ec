import type { Comparison } from '../syntax/syntax-tree.ts'
import { failed, unsupported } from '../template-error.ts'
import { compareText } from '../text/code-points.ts'
import { Dict, DictView } from './dict.ts'
import { iterate, lengthOf, listOf, rest } from './iterate.ts'
import { checkValueDepth } from './text-of.ts'
import {
  Iteration,
  isList,
  isText,
  itemsOf,
  numberOf,
  Range,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './values.ts'

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
  if (left === right && typeof left === 'object') return true
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

/** Negative, 0 or positive if `left` is less than, equal to or greater than `right`, else NaN. */
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
function contains(run: Run, container: Value, value: Value): boolean {
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

/** The items in Python's order; the sort is stable. */
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
