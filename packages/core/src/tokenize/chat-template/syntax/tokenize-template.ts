import { TemplateError, unsupported } from '../template-error.ts'
import { spaceClass } from '../text/split-text.ts'

/** `data` is text between tags; for operators, `kind` is the operator itself. */
export interface Token {
  readonly kind:
    | 'data'
    | 'begin'
    | 'end'
    | 'print'
    | 'printEnd'
    | 'name'
    | 'text'
    | 'int'
    | 'float'
    | 'eof'
    | (string & {})
  readonly text: string
  readonly line: number
}

const space = `[${spaceClass}]`
const sticky = (source: string) => new RegExp(source, 'uy')

const spaces = sticky(`${space}*`)
const rawBegin = sticky(`\\{%[-+]?${space}*raw${space}*(-%\\}${space}*|%\\})`)
const blockEnd = sticky(`\\+%\\}|-%\\}${space}*|%\\}\\n?`)
const printEnd = sticky(`-\\}\\}${space}*|\\}\\}`)
const float = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y
const integer = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y
// Python's \w: letters and numbers without combining marks.
const name = /[\p{L}\p{N}_]+/uy
const text = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const operator = /\/\/|\*\*|[=!><]=|[-+/*%~[\](){}><=.:|,;]/y
const lexemes: readonly (readonly [string, RegExp])[] = [
  ['space', spaces],
  ['float', float],
  ['int', integer],
  ['name', name],
  ['text', text],
  ['operator', operator],
]
const identifier = /^[\p{XID_Start}_]\p{XID_Continue}*$/u
const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' }

/** Splits a template into tokens like Jinja2's lexer with `trim_blocks` and `lstrip_blocks`. Source: Jinja2 3.1.6, lexer.py. */
export function tokenizeTemplate(template: string): Token[] {
  const source = template.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  const tokens: Token[] = []
  let at = 0
  let line = 1
  let lineStarts = true

  const fail = (message: string) => new TemplateError('syntax', `${message} in line ${line}`)
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  const push = (kind: Token['kind'], value: string) => tokens.push({ kind, text: value, line })
  /** Advances past what was matched. */
  const advance = (matched: string) => {
    at += matched.length
    for (let i = matched.indexOf('\n'); i >= 0; i = matched.indexOf('\n', i + 1)) line++
    lineStarts = matched.endsWith('\n')
  }
  /** The text up to a tag, without the white space that the tag strips. */
  const data = (end: number, sign: string | undefined, isPrint: boolean) => {
    const full = source.slice(at, end)
    const kept = sign === '-' ? trimEnd(full) : sign === '+' || isPrint ? full : lstripped(full, lineStarts)
    if (kept) push('data', kept)
    advance(full)
  }

  while (at < source.length) {
    const tag = nextTag(source, at)
    if (tag < 0) {
      push('data', source.slice(at))
      break
    }
    const kind = source[tag + 1]
    const sign = source[tag + 2] === '-' || source[tag + 2] === '+' ? source[tag + 2] : ''
    data(tag, sign, kind === '{')
    const raw = kind === '%' ? match(rawBegin) : undefined
    if (raw) {
      advance(raw)
      takeRaw()
    } else {
      advance(source.slice(at, at + 2 + sign!.length))
      if (kind === '#') takeComment()
      else takeTag(kind === '%' ? 'begin' : 'print')
    }
  }
  push('eof', '')
  return tokens

  function takeRaw(): void {
    const endRaw = new RegExp(`\\{%([-+]?)${space}*endraw${space}*(?:\\+%\\}|-%\\}${space}*|%\\}\\n?)`, 'gu')
    endRaw.lastIndex = at
    const found = endRaw.exec(source)
    if (!found) throw fail('missing end of raw directive')
    data(found.index, found[1], false)
    advance(found[0])
  }

  function takeComment(): void {
    const end = source.indexOf('#}', at)
    if (end < 0) throw fail('missing end of comment tag')
    const sign = end > at ? source[end - 1] : ''
    advance(source.slice(at, end + 2))
    if (sign === '-') advance(match(spaces)!)
    else if (sign !== '+' && source[at] === '\n') advance('\n')
  }

  function takeTag(begin: 'begin' | 'print'): void {
    push(begin, '')
    const brackets: string[] = []
    for (;;) {
      const end = brackets.length === 0 ? match(begin === 'begin' ? blockEnd : printEnd) : undefined
      if (end) {
        push(begin === 'begin' ? 'end' : 'printEnd', '')
        advance(end)
        return
      }
      if (at >= source.length) throw fail('the template ends within a tag')
      takeToken(brackets)
    }
  }

  function takeToken(brackets: string[]): void {
    for (const [kind, pattern] of lexemes) {
      const found = match(pattern)
      if (!found) continue
      if (kind === 'operator') balance(brackets, found)
      if (kind === 'name' && !identifier.test(found)) throw fail('invalid character in identifier')
      if (kind !== 'space') push(kind === 'operator' ? found : kind, tokenText(kind, found))
      advance(found)
      return
    }
    const character = String.fromCodePoint(source.codePointAt(at)!)
    throw fail(`unexpected character ${JSON.stringify(character)}`)
  }

  function balance(brackets: string[], operator: string): void {
    const bracket = closing[operator]
    if (bracket) brackets.push(bracket)
    else if ('})]'.includes(operator)) {
      const expected = brackets.pop()
      if (expected !== operator)
        throw fail(`unexpected '${operator}'${expected ? `, expected '${expected}'` : ''}`)
    }
  }
}

function tokenText(kind: string, found: string): string {
  if (kind === 'text') return unescapeString(found.slice(1, -1))
  return kind === 'int' || kind === 'float' ? found.replaceAll('_', '') : found
}

/** Position of the next `{%`, `{{` or `{#`, or −1. */
function nextTag(source: string, from: number): number {
  for (let at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
    const next = source[at + 1]
    if (next === '%' || next === '{' || next === '#') return at
  }
  return -1
}

const isSpace = new RegExp(space, 'u')

function trimEnd(value: string): string {
  let end = value.length
  while (end > 0 && isSpace.test(value[end - 1]!)) end--
  return value.slice(0, end)
}

/** `lstrip_blocks`: removes white space between the start of the line and the tag. */
function lstripped(value: string, lineStarts: boolean): string {
  const start = value.lastIndexOf('\n') + 1
  if (start === 0 && !lineStarts) return value
  return trimEnd(value.slice(start)) === '' ? value.slice(0, start) : value
}

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
 * The value of a string literal's contents. Jinja2 encodes them with `backslashreplace` and decodes them with `unicode-escape`,
 * so that unknown escapes are kept, and a backslash before a non-ASCII character is kept with that character's escape.
 */
function unescapeString(source: string): string {
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

/** A character as written by Python's `backslashreplace`, without the backslash. */
function escaped(character: string): string {
  const code = character.codePointAt(0)!
  const digits = code.toString(16)
  if (code < 0x100) return `x${digits.padStart(2, '0')}`
  return code < 0x10000 ? `u${digits.padStart(4, '0')}` : `U${digits.padStart(8, '0')}`
}
