import { TemplateError, unsupported } from './template-error.ts'

const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/**
 * The value of a string literal's inside. Jinja2 encodes it with `backslashreplace` and decodes it with
 * `unicode-escape`, so that an escape that is not known stays as it stands, and a backslash before a character
 * beyond ASCII stays with that character's escape.
 */
export function unescapeString(source: string): string {
  if (!source.includes('\\')) return source
  return source.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/gu,
    (all, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      const hexadecimal = x ?? u ?? long
      if (hexadecimal !== undefined) return fromCode(Number.parseInt(hexadecimal, 16))
      if (octal !== undefined) return fromCode(Number.parseInt(octal, 8))
      if (other === 'N') throw unsupported('characters by name (\\N{…}) in a string')
      if (other === 'x' || other === 'u' || other === 'U')
        throw new TemplateError('syntax', `truncated \\${other} escape in a string`)
      if (other! > '\x7f') return `\\${escaped(other!)}`
      return simple[other!] ?? all
    },
  )
}

function fromCode(code: number): string {
  if (code > 0x10ffff) throw new TemplateError('syntax', 'illegal Unicode character in a string')
  return String.fromCodePoint(code)
}

/** As Python's `backslashreplace` writes a character, less the backslash. */
function escaped(character: string): string {
  const code = character.codePointAt(0)!
  const digits = code.toString(16)
  if (code < 0x100) return `x${digits.padStart(2, '0')}`
  return code < 0x10000 ? `u${digits.padStart(4, '0')}` : `U${digits.padStart(8, '0')}`
}
