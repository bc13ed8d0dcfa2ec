import { checkNesting } from '../fuel.ts'
import { TemplateError } from '../template-error.ts'
import type { Token } from './tokenize-template.ts'

/** The sequence of tokens that a parser consumes. */
export class TokenStream {
  #at = 0
  #depth = 0

  readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  get current(): Token {
    return this.tokens[this.#at]!
  }

  get following(): Token | undefined {
    return this.tokens[this.#at + 1]
  }

  /** Returns the current token and advances. */
  next(): Token {
    const token = this.current
    if (token.kind !== 'eof') this.#at++
    return token
  }

  isName(...names: readonly string[]): boolean {
    return this.current.kind === 'name' && names.includes(this.current.text)
  }

  skipIf(kind: Token['kind']): boolean {
    if (this.current.kind !== kind) return false
    this.next()
    return true
  }

  skipName(name: string): boolean {
    if (!this.isName(name)) return false
    this.next()
    return true
  }

  /** Skips two consecutive names. */
  skipNames(first: string, second: string): boolean {
    if (!this.isName(first) || this.following?.kind !== 'name' || this.following.text !== second) return false
    this.next()
    this.next()
    return true
  }

  expect(kind: Token['kind']): Token {
    if (this.current.kind !== kind)
      throw this.fail(`expected ${described[kind] ?? `'${kind}'`}, got ${this.describe()}`)
    return this.next()
  }

  expectName(name: string): void {
    if (!this.skipName(name)) throw this.fail(`expected '${name}', got ${this.describe()}`)
  }

  describe(): string {
    const { kind, text } = this.current
    return kind === 'name' || kind === 'int' || kind === 'float'
      ? `'${text}'`
      : (described[kind] ?? `'${kind}'`)
  }

  fail(message: string): TemplateError {
    return new TemplateError('syntax', `${message} in line ${this.current.line}`)
  }

  /** Comma-separated items up to a closing bracket; a trailing comma is allowed. */
  items<Item>(end: Token['kind'], parseItem: () => Item): Item[] {
    const items: Item[] = []
    while (this.current.kind !== end) {
      if (items.length > 0) this.expect(',')
      if (this.current.kind === end) break
      items.push(parseItem())
    }
    this.expect(end)
    return items
  }

  /** Names separated by dots. */
  dottedName(): string {
    let name = this.expect('name').text
    while (this.skipIf('.')) name += `.${this.expect('name').text}`
    return name
  }

  /** Runs a parser that may recurse, within the nesting limit. */
  nested<Result>(parse: () => Result): Result {
    checkNesting(++this.#depth)
    const result = parse()
    this.#depth--
    return result
  }
}

const described: Readonly<Record<string, string>> = {
  data: 'text between tags',
  begin: 'the begin of a tag',
  end: 'the end of the tag',
  print: "'{{'",
  printEnd: "'}}'",
  name: 'a name',
  text: 'a string',
  eof: 'the end of the template',
}
