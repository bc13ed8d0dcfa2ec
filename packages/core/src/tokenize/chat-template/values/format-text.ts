import { failed } from '../template-error.ts'
import type { Dict } from './dict.ts'
import { asciiOf } from './format-percent.ts'
import { formatValue } from './format-spec.ts'
import { repr, str } from './text-of.ts'
import type { Arguments, Keywords, Run, Value } from './values.ts'

/** Maximum nesting of fields: `{:{width}}`. */
const deepestField = 3

/** How to look up a field's attributes and items. */
export interface FieldAccess {
  attribute(run: Run, value: Value, name: string): Value
  item(run: Run, value: Value, key: Value): Value
}

/** Python's `text.format(*args, **keywords)`, with the sandbox's access to attributes and items. */
export function formatText(
  run: Run,
  text: string,
  args: Arguments,
  keywords: Keywords | Dict,
  access: FieldAccess,
): string {
  let automatic: number | undefined
  let numbered = false

  const fieldValue = (field: string): Value => {
    const [, first = '', rest = ''] = /^([^.[]*)(.*)$/su.exec(field)!
    let value: Value | undefined
    if (first === '' || /^\d+$/.test(first)) {
      if (first === '' ? numbered : automatic !== undefined)
        throw failed(
          'ValueError: cannot switch between automatic field numbering and manual field specification',
        )
      if (first === '') automatic = (automatic ?? -1) + 1
      else numbered = true
      value = args[first === '' ? automatic! : Number(first)]
      if (value === undefined)
        throw failed('IndexError: Replacement index out of range for positional args tuple')
    } else {
      value = keywords.get(first)
      if (value === undefined) throw failed(`KeyError: '${first}'`)
    }
    const path = /\.([^.[]+)|\[([^\]]+)\]/gy
    for (let found = path.exec(rest); found; found = path.exec(rest)) {
      const [, attribute, item] = found
      value =
        attribute !== undefined
          ? access.attribute(run, value, attribute)
          : access.item(run, value, /^\d+$/.test(item!) ? BigInt(item!) : item!)
      if (path.lastIndex === rest.length) return value
    }
    if (rest !== '') throw failed(`ValueError: Invalid field '${field}' in format string`)
    return value
  }

  const format = (source: string, depth: number): string => {
    if (depth > deepestField) throw failed('ValueError: Max string recursion exceeded')
    run.fuel.scan(source.length)
    const parts: string[] = []
    const braces = /[{}]/g
    for (let at = 0; at < source.length; ) {
      braces.lastIndex = at
      const brace = braces.exec(source)?.index ?? source.length
      parts.push(source.slice(at, brace))
      at = brace
      const character = source[at]
      if (character === undefined) break
      if (source[at + 1] === character) {
        parts.push(character)
        at += 2
        continue
      }
      if (character === '}') throw failed("ValueError: Single '}' encountered in format string")
      const end = fieldEnd(source, at)
      parts.push(formatField(source.slice(at + 1, end), depth))
      at = end + 1
    }
    return run.fuel.join(parts)
  }

  const formatField = (field: string, depth: number): string => {
    const [, name = '', conversion, specification = ''] =
      /^((?:[^[!:]|\[[^\]]*\])*)(?:!([^:]*))?(?::(.*))?$/su.exec(field) ?? []
    if (name === '' && field !== '' && !/^[!:]/.test(field))
      throw failed(`ValueError: Invalid field '${field}' in format string`)
    const value = fieldValue(name)
    return formatValue(run, converted(run, value, conversion), format(specification, depth + 1))
  }

  return format(text, 1)
}

/** Position of the brace that closes a field. */
function fieldEnd(source: string, start: number): number {
  let depth = 0
  for (let at = start; at < source.length; at++) {
    if (source[at] === '{') depth++
    else if (source[at] === '}' && --depth === 0) return at
  }
  throw failed("ValueError: expected '}' before end of string")
}

function converted(run: Run, value: Value, conversion: string | undefined): Value {
  switch (conversion) {
    case undefined:
      return value
    case 's':
      return str(run, value)
    case 'r':
      return repr(run, value)
    case 'a':
      return asciiOf(repr(run, value))
  }
  throw failed(`ValueError: Unknown conversion specifier ${conversion}`)
}
