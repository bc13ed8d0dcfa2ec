import { failed } from '../template-error.ts'
import { builtin, needInteger } from '../values/builtin.ts'
import { equals, order, sorted } from '../values/comparisons.ts'
import { Dict, hashOf } from '../values/dict.ts'
import { generator, iterate, lengthOf, listOf, rest, truth } from '../values/iterate.ts'
import { binary } from '../values/operators.ts'
import { str } from '../values/text-of.ts'
import {
  type Call,
  Iteration,
  isList,
  isText,
  Markup,
  PythonObject,
  Range,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from '../values/values.ts'
import { attributeGetter, attributesGetter, ignoreCase } from './item-attributes.ts'

const caseAndAttribute = [
  ['case_sensitive', false],
  ['attribute', null],
] as const

/** Jinja2's filters of sequences and dicts. Source: Jinja2 3.1.6, filters.py. */
export const sequenceFilters: Readonly<Record<string, Call>> = {
  batch: builtin('batch', ['value', 'linecount', ['fill_with', null]], (run, value, count, fill) =>
    generator(run, value!, 'generator', (source) => batches(run, source(), needInteger(count!), fill!)),
  ),
  slice: builtin('slice', ['value', 'slices', ['fill_with', null]], (run, value, count, fill) =>
    generator(run, value!, 'generator', (source) => slices(run, source(), needInteger(count!), fill!)),
  ),
  count: builtin('count', ['obj'], length),
  length: builtin('length', ['obj'], length),
  dictsort: builtin(
    'dictsort',
    ['value', ['case_sensitive', false], ['by', 'key'], ['reverse', false]],
    (run, value, caseSensitive, by, reverse) => {
      const at = by === 'key' ? 0 : by === 'value' ? 1 : undefined
      if (at === undefined) throw failed('FilterArgumentError: You can only sort by either "key" or "value"')
      if (!(value instanceof Dict))
        throw failed(`AttributeError: dictsort wants a dict, not ${typeName(value!)}`)
      const fold = truth(run, caseSensitive!) ? (key: Value) => key : ignoreCase
      const pairs = [...value.entries()].map((entry) => new Tuple(entry))
      return sorted(run, pairs, (pair) => fold((pair as Tuple).items[at]!), truth(run, reverse!))
    },
  ),
  first: builtin('first', ['seq'], (run, value) => {
    const first = iterate(run, value!).next()
    return first.done ? new Undefined('No first item, sequence was empty.') : first.value
  }),
  last: builtin('last', ['seq'], (run, value) => {
    const items = reversible(run, value!)
    if (!items) throw failed(`TypeError: '${typeName(value!)}' object is not reversible`)
    if (items.length === 0) return new Undefined('No last item, sequence was empty.')
    const last = items.at(-1)!
    return value instanceof Markup ? new Markup(last as string) : last
  }),
  reverse: builtin('reverse', ['value'], (run, value) => {
    if (isText(value as Value)) {
      const reversed = run.fuel.join((listOf(run, textOf(value as string | Markup)) as string[]).reverse())
      return value instanceof Markup ? new Markup(reversed) : reversed
    }
    const items = reversible(run, value as Value)
    if (!items) return [...listOf(run, value as Value)].reverse()
    return new Iteration(
      [...items].reverse()[Symbol.iterator](),
      isList(value as Value) ? 'list_reverseiterator' : 'reversed',
    )
  }),
  groupby: builtin('groupby', ['value', 'attribute', ['default', null], ['case_sensitive', false]], groupBy),
  items: builtin('items', ['value'], (run, value) => {
    return generator(run, value!, 'generator', function* () {
      if (value instanceof Undefined) return
      if (!(value instanceof Dict)) throw failed('TypeError: Can only get item pairs from a mapping.')
      for (const entry of value.entries()) yield new Tuple(entry)
    })
  }),
  join: builtin('join', ['value', ['d', ''], ['attribute', null]], (run, value, divider, attribute) => {
    const get = attributeGetter(run, attribute!)
    const between = str(run, divider!)
    const parts: string[] = []
    for (const item of rest(iterate(run, value!))) {
      const part = str(run, get(item))
      run.fuel.room(part.length + between.length)
      parts.push(part)
    }
    return run.fuel.join(parts, between)
  }),
  list: builtin('list', ['value'], (run, value) => listOf(run, value!)),
  max: builtin('max', ['value', ...caseAndAttribute], (run, ...given) => extreme(run, '>', given)),
  min: builtin('min', ['value', ...caseAndAttribute], (run, ...given) => extreme(run, '<', given)),
  sort: builtin(
    'sort',
    ['value', ['reverse', false], ['case_sensitive', false], ['attribute', null]],
    (run, value, reverse, caseSensitive, attribute) =>
      sorted(
        run,
        value!,
        attributesGetter(run, attribute!, !truth(run, caseSensitive!)),
        truth(run, reverse!),
      ),
  ),
  sum: builtin('sum', ['iterable', ['attribute', null], ['start', 0n]], (run, value, attribute, start) => {
    const get = attributeGetter(run, attribute!)
    if (isText(start as Value)) throw failed("TypeError: sum() can't sum strings [use ''.join(seq) instead]")
    let sum: Value = start as Value
    for (const item of rest(iterate(run, value!))) sum = binary(run, '+', sum, get(item))
    return sum
  }),
  unique: builtin('unique', ['value', ...caseAndAttribute], (run, value, caseSensitive, attribute) => {
    const get = attributeGetter(run, attribute!, { foldsCase: !truth(run, caseSensitive!) })
    return generator(run, value!, 'generator', function* (source) {
      const seen = new Set<unknown>()
      for (const item of source()) {
        const key = hashOf(get(item))
        if (seen.has(key)) continue
        run.fuel.items(1)
        seen.add(key)
        yield item
      }
    })
  }),
}

function length(run: Run, value: Value | undefined): Value {
  const found = lengthOf(run, value!)
  if (found === undefined) throw failed(`TypeError: object of type '${typeName(value!)}' has no len()`)
  return BigInt(found)
}

/** The items of a value that Python's `reversed` accepts. */
function reversible(run: Run, value: Value): readonly Value[] | undefined {
  if (value === null || typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return undefined
  if (value instanceof Undefined) return []
  if (
    value instanceof PythonObject &&
    !(value instanceof Tuple || value instanceof Range || value instanceof Markup)
  )
    return value instanceof Dict || value.typeName.startsWith('dict_') ? listOf(run, value) : undefined
  return listOf(run, value)
}

function* batches(run: Run, items: Iterable<Value>, count: number, fill: Value): Generator<Value> {
  let batch: Value[] = []
  for (const item of items) {
    if (batch.length === count) {
      yield batch
      batch = []
    }
    run.fuel.items(1)
    batch.push(item)
  }
  if (batch.length === 0) return
  if (fill !== null && batch.length < count) {
    run.fuel.items(count - batch.length)
    batch = [...batch, ...new Array<Value>(count - batch.length).fill(fill)]
  }
  yield batch
}

function* slices(run: Run, items: Iterable<Value>, count: number, fill: Value): Generator<Value> {
  const all = [...items]
  run.fuel.items(all.length)
  if (count === 0) throw failed('ZeroDivisionError: integer division or modulo by zero')
  const size = Math.floor(all.length / count)
  const longer = all.length - size * count
  for (let at = 0, start = 0; at < count; at++) {
    run.fuel.items(1)
    const part = all.slice(start, start + size + (at < longer ? 1 : 0))
    start += part.length
    if (fill !== null && at >= longer) part.push(fill)
    yield part
  }
}

function groupBy(run: Run, ...given: Value[]): Value {
  const [value, attribute, otherwise, caseSensitive] = given as [Value, Value, Value, Value]
  const keeps = truth(run, caseSensitive)
  const keyOf = attributeGetter(run, attribute, { foldsCase: !keeps, otherwise })
  const nameOf = attributeGetter(run, attribute, { otherwise })
  const groups: { key: Value; items: Value[] }[] = []
  for (const item of sorted(run, value, keyOf, false)) {
    const key = keyOf(item)
    const group = groups.at(-1)
    run.fuel.items(1)
    if (group && equals(run, group.key, key)) group.items.push(item)
    else groups.push({ key, items: [item] })
  }
  return groups.map(({ key, items }) => new Group(keeps ? key : nameOf(items[0]!), items))
}

/** A tuple of a key and its items, which can also be accessed by name. */
class Group extends Tuple {
  override readonly typeName = '_GroupTuple'
  readonly grouper: Value
  readonly list: readonly Value[]

  constructor(grouper: Value, list: readonly Value[]) {
    super([grouper, list])
    this.grouper = grouper
    this.list = list
  }

  override attribute(name: string): Value | undefined {
    return name === 'grouper' ? this.grouper : name === 'list' ? this.list : undefined
  }
}

function extreme(run: Run, operator: '<' | '>', given: readonly Value[]): Value {
  const [value, caseSensitive, attribute] = given as [Value, Value, Value]
  const keyOf = attributeGetter(run, attribute, { foldsCase: !truth(run, caseSensitive) })
  let best: { item: Value; key: Value } | undefined
  for (const item of rest(iterate(run, value))) {
    const key = keyOf(item)
    const found = best === undefined ? 1 : order(run, operator, key, best.key)
    if (best === undefined || (operator === '>' ? found > 0 : found < 0)) best = { item, key }
  }
  return best ? best.item : new Undefined('No aggregated item, sequence was empty.')
}
