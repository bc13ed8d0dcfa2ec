import { isText, Markup, type Run, textOf, Undefined, type Value } from '../values/values.ts'
import { getItem } from './subscript.ts'

/** Text in lower case, other values unchanged. */
export const ignoreCase = (value: Value): Value =>
  isText(value)
    ? value instanceof Markup
      ? new Markup(value.text.toLowerCase())
      : textOf(value).toLowerCase()
    : value

/** The parts of a dotted name; numeric ones become integers. */
function pathOf(attribute: Value): readonly Value[] {
  if (attribute === null) return []
  if (!isText(attribute)) return [attribute]
  return textOf(attribute)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part))
}

interface GetterOptions {
  readonly foldsCase?: boolean
  /** Replaces undefined values; null for no replacement. */
  readonly otherwise?: Value
}

/** Gets from an item what a filter's `attribute` names; `null` means the item itself. */
export function attributeGetter(
  run: Run,
  attribute: Value,
  options: GetterOptions = {},
): (item: Value) => Value {
  const { foldsCase = false, otherwise = null } = options
  const path = pathOf(attribute)
  return (item) => {
    let value = item
    for (const part of path) {
      value = getItem(run, value, part)
      if (otherwise !== null && value instanceof Undefined) value = otherwise
    }
    run.fuel.step(1 + path.length)
    return foldsCase ? ignoreCase(value) : value
  }
}

/** The values of comma-separated attributes, as a list to sort by. */
export function attributesGetter(run: Run, attribute: Value, foldsCase: boolean): (item: Value) => Value {
  const names = isText(attribute) ? textOf(attribute).split(',') : [attribute]
  const getters = names.map((name) => attributeGetter(run, name, { foldsCase }))
  return (item) => getters.map((get) => get(item))
}
