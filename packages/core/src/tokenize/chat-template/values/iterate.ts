import { beyond } from '../fuel.ts'
import { failed } from '../template-error.ts'
import { codePointLength } from '../text/code-points.ts'
import { Dict, DictView } from './dict.ts'
import {
  Iteration,
  isList,
  isText,
  Markup,
  Range,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './values.ts'

/** Maximum number of chained iterators. */
const deepestIteration = 100

/** Python's `iter(value)`; each item is a step. Throws if the value is not iterable. */
export function iterate(run: Run, value: Value): Iterator<Value> {
  const items = iterable(run, value)
  if (!items) throw failed(`TypeError: '${typeName(value)}' object is not iterable`)
  return items
}

export function isIterable(run: Run, value: Value): boolean {
  return iterable(run, value) !== undefined
}

function iterable(run: Run, value: Value): Iterator<Value> | undefined {
  if (value instanceof Iteration) return value.iterator
  if (value instanceof Undefined) return [][Symbol.iterator]()
  if (isList(value)) return metered(run, value)
  if (isText(value)) return metered(run, textOf(value))
  if (value instanceof Tuple) return metered(run, value.items)
  if (value instanceof Dict) return metered(run, value.keys())
  if (value instanceof DictView) return metered(run, value.items())
  if (value instanceof Range) return metered(run, numbers(value))
  return undefined
}

function* metered(run: Run, items: Iterable<Value>): Generator<Value> {
  for (const item of items) {
    run.fuel.step()
    yield item
  }
}

function* numbers(range: Range): Generator<Value> {
  for (let index = 0; index < range.length; index++) yield range.at(index)
}

/** Python's `list(value)`. */
export function listOf(run: Run, value: Value): readonly Value[] {
  if (isList(value)) {
    run.fuel.items(value.length)
    return [...value]
  }
  const items: Value[] = []
  const iterator = iterate(run, value)
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    run.fuel.items(1)
    items.push(next.value)
  }
  return items
}

/** A lazy generator over a value's items. */
export function generator(
  run: Run,
  source: Value,
  name: string,
  items: (source: () => Iterable<Value>) => Generator<Value>,
): Iteration {
  const depth = source instanceof Iteration ? source.depth + 1 : 1
  if (depth > deepestIteration) throw beyond(`${deepestIteration} generators within each other`)
  return new Iteration(
    items(() => rest(iterate(run, source))),
    name,
    depth,
  )
}

/** The remaining items of an iterator. As in Python, it is not closed when its reader stops. */
export function rest(iterator: Iterator<Value>): Iterable<Value> {
  return { [Symbol.iterator]: () => ({ next: () => iterator.next() }) }
}

/** Python's `len(value)`; undefined if it has none. */
export function lengthOf(run: Run, value: Value): number | undefined {
  if (isList(value)) return value.length
  if (isText(value)) {
    run.fuel.scan(textOf(value).length * 2)
    return codePointLength(textOf(value))
  }
  if (value instanceof Tuple) return value.items.length
  if (value instanceof Dict) return value.size
  if (value instanceof DictView) return value.dict.size
  if (value instanceof Range) return value.length
  if (value instanceof Undefined) return 0
  if (value !== null && typeof value === 'object' && !isList(value)) {
    const own = value.attribute('__len__', run)
    if (typeof own === 'bigint') return Number(own)
  }
  return undefined
}

/** Python's `bool(value)`. */
export function truth(run: Run, value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'bigint':
      return value !== 0n
    case 'number':
      return value !== 0
    case 'string':
      return value !== ''
  }
  if (value === null) return false
  if (value instanceof Markup) return value.text !== ''
  return lengthOf(run, value) !== 0
}
