import { unsupported } from '../template-error.ts'
import { parseLiteral } from './parse-literal.ts'
import {
  type Arguments,
  type BinaryOperator,
  type Comparison,
  comparisons,
  type Expression,
  type Filter,
  noArguments,
} from './syntax-tree.ts'
import type { TokenStream } from './token-stream.ts'

interface TupleOptions {
  /** False if an `if` after the expression does not belong to it. */
  readonly withCondition?: boolean
  /** A name that ends a tuple. */
  readonly endName?: string
  /** Whether `()` is a tuple, which it is in parentheses. */
  readonly inParentheses?: boolean
}

/** One expression, or a tuple of comma-separated ones. Source: Jinja2 3.1.6, parser.py, as for everything below. */
export function parseTuple(stream: TokenStream, options: TupleOptions = {}): Expression {
  const { withCondition = true, endName, inParentheses = false } = options
  const items: Expression[] = []
  let isTuple = false
  for (;;) {
    if (items.length > 0) stream.expect(',')
    if (['printEnd', 'end', ')'].includes(stream.current.kind) || (endName && stream.isName(endName))) break
    items.push(parseExpression(stream, withCondition))
    if (stream.current.kind !== ',') break
    isTuple = true
  }
  if (!isTuple) {
    if (items[0]) return items[0]
    if (!inParentheses) throw stream.fail(`expected an expression, got ${stream.describe()}`)
  }
  return { kind: 'tuple', items }
}

export function parseExpression(stream: TokenStream, withCondition = true): Expression {
  return stream.nested(() => (withCondition ? parseCondition(stream) : parseOr(stream)))
}

function parseCondition(stream: TokenStream): Expression {
  let then = parseOr(stream)
  while (stream.skipName('if')) {
    const test = parseOr(stream)
    const otherwise = stream.skipName('else') ? stream.nested(() => parseCondition(stream)) : undefined
    then = { kind: 'condition', test, then, otherwise }
  }
  return then
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream)
  while (stream.skipName('or')) left = { kind: 'or', left, right: parseAnd(stream) }
  return left
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream)
  while (stream.skipName('and')) left = { kind: 'and', left, right: parseNot(stream) }
  return left
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.skipName('not')) return parseCompare(stream)
  return { kind: 'unary', operator: 'not', operand: stream.nested(() => parseNot(stream)) }
}

function parseCompare(stream: TokenStream): Expression {
  const first = parseSum(stream)
  const others: { operator: Comparison; operand: Expression }[] = []
  for (;;) {
    let operator: Comparison
    if (comparisons.includes(stream.current.kind)) operator = stream.next().kind as Comparison
    else if (stream.skipName('in')) operator = 'in'
    else if (stream.skipNames('not', 'in')) operator = 'not in'
    else break
    others.push({ operator, operand: parseSum(stream) })
  }
  return others.length ? { kind: 'compare', first, others } : first
}

/** Left-associative operators of one precedence. */
function parseBinary(
  stream: TokenStream,
  operators: readonly string[],
  parseOperand: (stream: TokenStream) => Expression,
): Expression {
  let left = parseOperand(stream)
  while (operators.includes(stream.current.kind)) {
    const operator = stream.next().kind as BinaryOperator
    left = { kind: 'binary', operator, left, right: parseOperand(stream) }
  }
  return left
}

const parseSum = (stream: TokenStream) => parseBinary(stream, ['+', '-'], parseConcat)

function parseConcat(stream: TokenStream): Expression {
  const items = [parseProduct(stream)]
  while (stream.skipIf('~')) items.push(parseProduct(stream))
  return items.length === 1 ? items[0]! : { kind: 'concat', items }
}

const parseProduct = (stream: TokenStream) => parseBinary(stream, ['*', '/', '//', '%'], parsePower)
const parsePower = (stream: TokenStream) => parseBinary(stream, ['**'], (inner) => parseUnary(inner))

function parseUnary(stream: TokenStream, withFilter = true): Expression {
  const { kind } = stream.current
  let node: Expression
  if (kind === '-' || kind === '+') {
    stream.next()
    const operand = stream.nested(() => parseUnary(stream, false))
    node = { kind: 'unary', operator: kind as '-' | '+', operand }
  } else node = parsePrimary(stream)
  node = parsePostfix(stream, node)
  return withFilter ? parseFilters(stream, node) : node
}

function parsePrimary(stream: TokenStream): Expression {
  switch (stream.current.kind) {
    case 'name':
    case 'text':
    case 'int':
    case 'float':
      return parseLiteral(stream)
    case '(': {
      stream.next()
      const node = parseTuple(stream, { inParentheses: true })
      stream.expect(')')
      return node
    }
    case '[':
      stream.next()
      return { kind: 'list', items: stream.items(']', () => parseExpression(stream)) }
    case '{':
      stream.next()
      return { kind: 'dict', items: stream.items('}', () => parsePair(stream)) }
  }
  throw stream.fail(`unexpected ${stream.describe()}`)
}

function parsePair(stream: TokenStream): readonly [Expression, Expression] {
  const key = parseExpression(stream)
  stream.expect(':')
  return [key, parseExpression(stream)]
}

function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let node = start
  for (;;) {
    const { kind } = stream.current
    if (kind === '.' || kind === '[') node = parseSubscript(stream, node)
    else if (kind === '(') node = { kind: 'call', callee: node, ...parseArguments(stream) }
    else return node
  }
}

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let node = start
  for (;;) {
    if (stream.current.kind === '|') node = parseFilter(stream, node)
    else if (stream.isName('is')) node = parseTest(stream, node)
    else if (stream.current.kind === '(') node = { kind: 'call', callee: node, ...parseArguments(stream) }
    else return node
  }
}

function parseSubscript(stream: TokenStream, object: Expression): Expression {
  if (stream.next().kind === '.') {
    const { kind, text } = stream.next()
    if (kind === 'name') return { kind: 'attribute', object, name: text }
    if (kind === 'int') return { kind: 'item', object, key: { kind: 'constant', value: BigInt(text) } }
    throw stream.fail('expected a name or a number behind the dot')
  }
  const keys = stream.items(']', () => parseKey(stream))
  if (keys.length === 1) {
    const key = keys[0]!
    return 'key' in key ? { kind: 'item', object, key: key.key } : { kind: 'slice', object, ...key }
  }
  if (!keys.every((key) => 'key' in key)) throw unsupported('slices of several dimensions')
  return { kind: 'item', object, key: { kind: 'tuple', items: keys.map(({ key }) => key) } }
}

type Key =
  | { readonly key: Expression }
  | Pick<Extract<Expression, { kind: 'slice' }>, 'start' | 'stop' | 'step'>

function parseKey(stream: TokenStream): Key {
  const part = () => ([':', ']', ','].includes(stream.current.kind) ? undefined : parseExpression(stream))
  const start = stream.current.kind === ':' ? undefined : parseExpression(stream)
  if (start && stream.current.kind !== ':') return { key: start }
  stream.expect(':')
  const stop = part()
  const step = stream.skipIf(':') ? part() : undefined
  return { start, stop, step }
}

function parseArguments(stream: TokenStream): Arguments {
  stream.expect('(')
  const positional: Expression[] = []
  const named: (readonly [string, Expression])[] = []
  let spread: Expression | undefined
  let namedSpread: Expression | undefined
  const ensure = (right: boolean) => {
    if (!right) throw stream.fail('invalid syntax for function call expression')
  }
  stream.items(')', () => {
    ensure(!namedSpread)
    if (stream.skipIf('*')) {
      ensure(!spread)
      spread = parseExpression(stream)
    } else if (stream.skipIf('**')) namedSpread = parseExpression(stream)
    else if (stream.current.kind === 'name' && stream.following?.kind === '=') {
      const name = stream.next().text
      stream.next()
      if (named.some(([other]) => other === name)) throw stream.fail(`keyword argument repeated: ${name}`)
      named.push([name, parseExpression(stream)])
    } else {
      ensure(!spread && named.length === 0)
      positional.push(parseExpression(stream))
    }
  })
  return { positional, named, spread, namedSpread }
}

/** A chain of filters; if `started`, the first one's bar was already consumed. */
export function parseFilter(stream: TokenStream, operand: undefined, started?: boolean): Filter | undefined
export function parseFilter(stream: TokenStream, operand: Expression): Filter
export function parseFilter(stream: TokenStream, operand: Expression | undefined, started = false) {
  let node = operand
  for (let inline = started; inline || stream.current.kind === '|'; inline = false) {
    if (!inline) stream.next()
    const name = stream.dottedName()
    const given = stream.current.kind === '(' ? parseArguments(stream) : noArguments
    node = { kind: 'filter', operand: node, name, ...given }
  }
  return node
}

function parseTest(stream: TokenStream, operand: Expression): Expression {
  stream.expectName('is')
  const negated = stream.skipName('not')
  const name = stream.dottedName()
  let given = noArguments
  if (stream.current.kind === '(') given = parseArguments(stream)
  else if (
    ['name', 'text', 'int', 'float', '[', '{'].includes(stream.current.kind) &&
    !stream.isName('else', 'or', 'and')
  ) {
    if (stream.isName('is')) throw stream.fail('tests cannot be chained with is')
    given = { ...noArguments, positional: [parsePostfix(stream, parsePrimary(stream))] }
  }
  const test: Expression = { kind: 'test', operand, name, ...given }
  return negated ? { kind: 'unary', operator: 'not', operand: test } : test
}
