import { failed, unsupported } from '../template-error.ts'
import { floatText } from '../text/number-text.ts'
import { Dict, DictView } from './dict.ts'
import {
  Callable,
  isList,
  isText,
  Markup,
  Namespace,
  Range,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './values.ts'

/** Maximum nesting of lists and dicts when printing or comparing; Python's stack ends at several hundred. */
const deepestValue = 200

export function checkValueDepth(depth: number): void {
  if (depth > deepestValue) throw failed(`RecursionError: lists and dicts nested deeper than ${deepestValue}`)
}

/** Python's `str(value)`. */
export function str(run: Run, value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof Markup) return value.text
  if (value instanceof Undefined) return ''
  return repr(run, value)
}

/** Python's `repr(value)`. */
export function repr(run: Run, value: Value): string {
  const parts: string[] = []
  write(run, value, parts, 0)
  return parts.length === 1 ? parts[0]! : run.fuel.join(parts)
}

function write(run: Run, value: Value, parts: string[], depth: number): void {
  checkValueDepth(depth)
  run.fuel.items(1)
  run.fuel.step(8)
  const all = (open: string, items: Iterable<Value>, close: string) => {
    let divider = open
    for (const item of items) {
      parts.push(divider)
      write(run, item, parts, depth + 1)
      divider = ', '
    }
    parts.push(divider === open ? open + close : close)
  }
  if (isList(value)) all('[', value, ']')
  else if (value instanceof Tuple) all('(', value.items, value.items.length === 1 ? ',)' : ')')
  else if (value instanceof DictView) all(`${value.typeName}([`, value.items(), '])')
  else if (value instanceof Dict) writeDict(run, value, parts, depth)
  else if (value instanceof Namespace) {
    parts.push('<Namespace ')
    writeDict(run, value.fields, parts, depth + 1)
    parts.push('>')
  } else {
    const text = ownText(run, value)
    run.fuel.room(text.length)
    parts.push(text)
  }
}

/** The `repr` of a value without nested values. */
function ownText(run: Run, value: Value): string {
  if (value === null) return 'None'
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False'
    case 'bigint':
      return integerText(run, value)
    case 'number':
      return floatText(value)
    case 'string':
      return quoted(run, value)
  }
  if (value instanceof Markup) return `Markup(${quoted(run, value.text)})`
  if (value instanceof Undefined) return 'Undefined'
  if (value instanceof Range)
    return `range(${value.start}, ${value.stop}${value.step === 1n ? '' : `, ${value.step}`})`
  const own = isList(value) ? undefined : value.attribute('__repr__', run)
  if (typeof own === 'string') return own
  // Python would print an address.
  throw unsupported(
    value instanceof Callable
      ? `the text of a function or method (${value.name})`
      : `the text of a ${typeName(value)}`,
  )
}

function writeDict(run: Run, dict: Dict | Map<string, Value>, parts: string[], depth: number): void {
  let divider = '{'
  for (const [key, item] of dict.entries()) {
    parts.push(divider)
    write(run, key, parts, depth + 1)
    parts.push(': ')
    write(run, item, parts, depth + 1)
    divider = ', '
  }
  parts.push(divider === '{' ? '{}' : '}')
}

/** Digits of an integer; Python refuses to print more than 4300. */
export function integerText(run: Run, value: bigint): string {
  if (bitsOf(value) > 14_300)
    throw failed('ValueError: Exceeds the limit (4300 digits) for integer string conversion')
  const text = value.toString()
  run.fuel.scan(text.length * 16)
  return text
}

/** Approximate number of bits of an integer. */
export function bitsOf(value: bigint): number {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? 53 : value.toString(16).length * 4
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A string as a Python literal. */
function quoted(run: Run, value: string): string {
  run.fuel.characters(value)
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
  const inside = value.replace(/['\\]|(?! )[\p{C}\p{Z}]/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'"
    const known = escapes[character]
    if (known) return known
    const code = character.codePointAt(0)!
    const digits = code.toString(16)
    if (code < 0x100) return `\\x${digits.padStart(2, '0')}`
    return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
  })
  return quote + inside + quote
}

/** The text of a `str`; anything else is an error of the method or filter that needs one. */
export function needText(value: Value, what: string): string {
  if (isText(value)) return textOf(value)
  if (value instanceof Undefined) throw value.error()
  throw failed(`TypeError: ${what} wants a str, not ${typeName(value)}`)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
}

/** MarkupSafe's `escape`; text that is already escaped is kept. */
export function escapeHtml(run: Run, value: Value): string {
  if (value instanceof Markup) return value.text
  const text = str(run, value)
  run.fuel.room(text.length * 5)
  return text.replace(/[&<>'"]/g, (character) => entities[character]!)
}
