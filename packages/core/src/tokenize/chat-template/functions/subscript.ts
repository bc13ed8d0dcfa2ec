import { failed, unsupported } from '../template-error.ts'
import { characterAt, codePointLength, codePointSlice, codePoints } from '../text/code-points.ts'
import { byPlace, needInteger } from '../values/builtin.ts'
import { Dict } from '../values/dict.ts'
import { formatText } from '../values/format-text.ts'
import { repr } from '../values/text-of.ts'
import {
  Callable,
  isList,
  isText,
  itemsOf,
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
import { methodOf } from './methods.ts'

/** `object.name`: an attribute, else an item. Source: Jinja2 3.1.6, sandbox.py. */
export function getAttribute(run: Run, object: Value, name: string): Value {
  if (object instanceof Undefined) return attributeOfUndefined(object, name)
  // Not ??, because None is a value too.
  const attribute = attributeOf(run, object, name)
  if (attribute !== undefined) return attribute
  const item = itemOf(run, object, name)
  return item === undefined ? missing(run, object, name) : item
}

/** `object[key]`: an item, else an attribute of that name. */
export function getItem(run: Run, object: Value, key: Value): Value {
  if (object instanceof Undefined) throw object.error()
  const item = itemOf(run, object, key)
  if (item !== undefined) return item
  const attribute = isText(key) ? attributeOf(run, object, textOf(key)) : undefined
  return attribute === undefined ? missing(run, object, key) : attribute
}

/** Only an attribute, as for the filter `attr`. */
export function onlyAttribute(run: Run, object: Value, name: string): Value {
  if (object instanceof Undefined) return attributeOfUndefined(object, name)
  const attribute = attributeOf(run, object, name)
  return attribute === undefined ? missing(run, object, name) : attribute
}

const isSpecial = (name: string) => name.startsWith('__') && name.endsWith('__')

function attributeOfUndefined(object: Undefined, name: string): Value {
  if (isSpecial(name)) return unsafe(object, name)
  throw object.error()
}

function attributeOf(run: Run, object: Value, name: string): Value | undefined {
  if (isSpecial(name)) return object instanceof Dict && object.has(name) ? undefined : unsafe(object, name)
  const own = object instanceof PythonObject ? object.attribute(name, run) : undefined
  if (own === undefined) {
    if (typeof object === 'string' && (name === 'format' || name === 'format_map'))
      return formatMethod(object, name)
    const method = methodOf(object, name)
    return method === 'unsafe' ? unsafe(object, name) : method
  }
  return name.startsWith('_') ? unsafe(object, name) : own
}

/** Python's `str.format`, with the sandbox's access rules. */
function formatMethod(text: string, name: 'format' | 'format_map'): Callable {
  const access = { attribute: getAttribute, item: getItem }
  if (name === 'format')
    return new Callable(name, (run, args, keywords) => formatText(run, text, args, keywords, access))
  return new Callable(
    name,
    byPlace(name, 1, 1, (run, mapping) => {
      if (mapping instanceof Dict) return formatText(run, text, [], mapping, access)
      throw failed(`TypeError: format_map() wants a dict, not ${typeName(mapping!)}`)
    }),
  )
}

const unsafe = (object: Value, name: string) =>
  new Undefined(`access to attribute '${name}' of '${typeName(object)}' object is unsafe.`, 'SecurityError')

function missing(run: Run, object: Value, key: Value): Undefined {
  const what = object === null ? 'None' : `'${typeName(object)} object'`
  return new Undefined(
    typeof key === 'string'
      ? `${what} has no attribute '${key}'`
      : `${what} has no element ${repr(run, key)}`,
  )
}

/** `object[key]`; undefined where Python raises a TypeError or LookupError. */
function itemOf(run: Run, object: Value, key: Value): Value | undefined {
  if (object instanceof Dict) return isUnhashable(key) ? undefined : object.get(key)
  if (typeof key !== 'bigint' && typeof key !== 'boolean') return undefined
  const index = needInteger(key)
  const items = itemsOf(object)
  if (items) return items.at(index)
  if (isText(object)) return characterOf(run, object, index)
  if (object instanceof Range) {
    const place = index < 0 ? index + object.length : index
    return place >= 0 && place < object.length ? object.at(place) : undefined
  }
  return undefined
}

const isUnhashable = (key: Value) => isList(key) || key instanceof Dict

function characterOf(run: Run, object: string | Markup, index: number): Value | undefined {
  const text = textOf(object)
  run.fuel.scan(Math.min(index < 0 ? -index : index, text.length) * 4)
  const found = characterAt(text, index)
  return found === undefined || typeof object === 'string' ? found : new Markup(found)
}

/** `object[start:stop:step]`. */
export function slice(run: Run, object: Value, bounds: readonly [Value, Value, Value]): Value {
  if (object instanceof Undefined) throw object.error()
  if (object instanceof Range) throw unsupported('slices of a range')
  const text = isText(object) ? textOf(object) : undefined
  const items = itemsOf(object)
  if (text === undefined && !items) {
    const what =
      object instanceof Dict
        ? "unhashable type: 'slice'"
        : `'${typeName(object)}' object is not subscriptable`
    throw failed(`TypeError: ${what}`)
  }
  if (text !== undefined) run.fuel.scan(text.length * 4)
  const length = text === undefined ? items!.length : codePointLength(text)
  const [start, stop, step] = slicePlaces(bounds, length)
  if (text !== undefined) {
    const part =
      step === 1
        ? codePointSlice(text, start, Math.max(start, stop))
        : run.fuel.join(taken(codePoints(text), start, stop, step))
    return object instanceof Markup ? new Markup(run.fuel.text(part)) : run.fuel.text(part)
  }
  const part = step === 1 ? items!.slice(start, Math.max(start, stop)) : taken(items!, start, stop, step)
  run.fuel.items(part.length)
  return isList(object) ? part : new Tuple(part)
}

function taken<Item>(items: readonly Item[], start: number, stop: number, step: number): Item[] {
  const part: Item[] = []
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) part.push(items[at]!)
  return part
}

/** Start, stop and step clipped to a sequence. Source: CPython, PySlice_AdjustIndices. */
function slicePlaces(
  [first, last, by]: readonly [Value, Value, Value],
  length: number,
): readonly [number, number, number] {
  const step = by === null ? 1 : sliceIndex(by)
  if (step === 0) throw failed('ValueError: slice step cannot be zero')
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1]
  const place = (value: Value, otherwise: number) => {
    if (value === null) return otherwise
    const index = sliceIndex(value)
    return Math.min(Math.max(index < 0 ? index + length : index, lowest), highest)
  }
  return [place(first, step > 0 ? 0 : length - 1), place(last, step > 0 ? length : -1), step]
}

function sliceIndex(value: Value): number {
  if (typeof value === 'bigint' || typeof value === 'boolean') return needInteger(value)
  throw failed('TypeError: slice indices must be integers or None or have an __index__ method')
}
