import { excerpt, shortened } from './printable.ts'

/** Maximum depth and number of items shown of objects and arrays. */
const deepest = 2
const mostItems = 4

/**
 * Shows any value in a message, on one line of at most `most` characters. Files, servers and callers may supply anything, and a
 * message about it must not fail. Getters are not run.
 */
export function describeValue(value: unknown, most = 80): string {
  if (value === undefined) return 'none'
  if (typeof value === 'string') return excerpt(value, most)
  return shortened(shown(value, deepest, most), most)
}

function shown(value: unknown, levels: number, most: number): string {
  switch (typeof value) {
    case 'string':
      return excerpt(value, most)
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'object':
      return value === null ? 'null' : shownObject(value, levels, most)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    default:
      return String(value)
  }
}

function shownObject(value: object, levels: number, most: number): string {
  try {
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
    const names = Array.isArray(value) ? [...value.slice(0, mostItems + 1).keys()] : Object.keys(value)
    if (names.length === 0) return `${open}${close}`
    if (levels === 0) return `${open}…${close}`
    const items = names.slice(0, mostItems).map((name) => {
      const field = Object.getOwnPropertyDescriptor(value, name)
      const held = !field || 'value' in field ? shown(field?.value, levels - 1, most) : 'a getter'
      return Array.isArray(value) ? held : `${excerpt(String(name), 30)}: ${held}`
    })
    return `${open}${items.join(', ')}${names.length > mostItems ? ', …' : ''}${close}`
  } catch {
    // Proxies can refuse to be inspected.
    return 'an object that cannot be inspected'
  }
}
