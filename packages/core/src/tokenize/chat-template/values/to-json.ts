import { failed } from '../template-error.ts'
import { compareText } from '../text/code-points.ts'
import { floatText } from '../text/number-text.ts'
import { Dict } from './dict.ts'
import { checkValueDepth, integerText, needText } from './text-of.ts'
import { isList, isText, itemsOf, type Run, Tuple, textOf, typeName, type Value } from './values.ts'

export interface JsonOptions {
  readonly ensureAscii: boolean
  /** Indentation per level; undefined for a single line. */
  readonly indent: string | undefined
  /** Separators between items, and between a name and its value. */
  readonly separators: readonly [string, string]
  readonly sortKeys: boolean
}

/** Python's `json.dumps`. */
export function toJson(run: Run, value: Value, options: JsonOptions): string {
  const parts: string[] = []
  write(run, value, options, parts, 0)
  return run.fuel.join(parts)
}

function write(run: Run, value: Value, options: JsonOptions, parts: string[], depth: number): void {
  checkValueDepth(depth)
  run.fuel.items(1)
  run.fuel.step(8)
  const add = (text: string) => {
    run.fuel.room(text.length)
    parts.push(text)
  }
  const own = ownJson(run, value, options)
  if (own !== undefined) {
    add(own)
    return
  }
  const isSequence = isList(value) || value instanceof Tuple
  if (!isSequence && !(value instanceof Dict))
    throw failed(`TypeError: Object of type ${typeName(value)} is not JSON serializable`)
  const entries: readonly (readonly [Value | undefined, Value])[] = isSequence
    ? itemsOf(value)!.map((item) => [undefined, item] as const)
    : ordered([...(value as Dict).entries()], options.sortKeys)
  const [open, close] = isSequence ? '[]' : '{}'
  if (entries.length === 0) {
    add(`${open}${close}`)
    return
  }
  const line = (level: number) => (options.indent === undefined ? '' : `\n${options.indent.repeat(level)}`)
  add(open! + line(depth + 1))
  entries.forEach(([key, item], at) => {
    if (at > 0) add(options.separators[0] + line(depth + 1))
    if (key !== undefined)
      add(jsonString(run, keyText(run, key), options.ensureAscii) + options.separators[1])
    write(run, item, options, parts, depth + 1)
  })
  add(line(depth) + close)
}

/** The JSON of a value without nested values. */
function ownJson(run: Run, value: Value, { ensureAscii }: JsonOptions): string | undefined {
  if (isText(value)) return jsonString(run, textOf(value), ensureAscii)
  if (value === null) return 'null'
  switch (typeof value) {
    case 'boolean':
      return String(value)
    case 'bigint':
      return integerText(run, value)
    case 'number':
      return jsonFloat(value)
  }
  return undefined
}

function ordered(entries: (readonly [Value, Value])[], sort: boolean): readonly (readonly [Value, Value])[] {
  if (!sort) return entries
  const kinds = new Set(entries.map(([key]) => (isText(key) ? 'str' : typeof key)))
  if (
    kinds.size > 1 ||
    (kinds.size === 1 && !kinds.has('str') && !kinds.has('bigint') && !kinds.has('number'))
  )
    throw failed("TypeError: '<' not supported between keys of several types")
  return entries.sort(([a], [b]) =>
    isText(a) ? compareText(textOf(a), needText(b, 'tojson')) : (a as number) < (b as number) ? -1 : 1,
  )
}

function keyText(run: Run, key: Value): string {
  if (isText(key)) return textOf(key)
  if (key === null) return 'null'
  switch (typeof key) {
    case 'boolean':
      return String(key)
    case 'bigint':
      return integerText(run, key)
    case 'number':
      return jsonFloat(key)
  }
  throw failed(`TypeError: keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return floatText(value)
}

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function jsonString(run: Run, text: string, ensureAscii: boolean): string {
  run.fuel.scan(text.length * 4)
  const escaped = text.replace(
    ensureAscii ? /["\\]|[^ -~]/g : /["\\]|[^ -\uffff]/g,
    (character) => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${escaped}"`
}
