/**
 * Parsing: a template is split into tokens (tokenize-template), which are parsed into statements, here, and expressions
 * (parse-expression).
 */

import { beyond, limits } from '../fuel.ts'
import { unsupported } from '../template-error.ts'
import { parseExpression, parseFilter, parseTuple } from './parse-expression.ts'
import {
  type Body,
  type Call,
  checkDepth,
  type Expression,
  type IfStatement,
  type Parameters,
  type Statement,
  type Target,
} from './syntax-tree.ts'
import { TokenStream } from './token-stream.ts'
import { tokenizeTemplate } from './tokenize-template.ts'

/**
 * Parses a template in the language of Jinja2 with `loopcontrols` and transformers' `generation`. Throws `TemplateError`. Source:
 * Jinja2 3.1.6, parser.py.
 */
export function parseTemplate(template: string): Body {
  if (template.length > limits.template) throw beyond(`${limits.template} characters of template`)
  const stream = new TokenStream(tokenizeTemplate(template))
  const body = parseBody(stream, [])
  if (stream.current.kind !== 'eof') throw stream.fail(`unexpected ${stream.describe()}`)
  checkDepth(body)
  return body
}

/** Statements up to a tag with one of these names, which becomes the current token. */
function parseBody(stream: TokenStream, ends: readonly string[]): Statement[] {
  const body: Statement[] = []
  for (;;) {
    switch (stream.current.kind) {
      case 'data':
        body.push({ kind: 'data', text: stream.next().text })
        break
      case 'print':
        stream.next()
        body.push({ kind: 'print', value: parseTuple(stream) })
        stream.expect('printEnd')
        break
      case 'begin':
        stream.next()
        if (stream.isName(...ends)) return body
        body.push(...stream.nested(() => parseStatement(stream, ends)))
        stream.expect('end')
        break
      default:
        if (ends.length > 0) throw stream.fail(`the template ends where ${ends.join(' or ')} is missing,`)
        return body
    }
  }
}

/** The rest of a tag and everything up to its end tag, which is consumed too. */
function parseInside(stream: TokenStream, end: string): Statement[] {
  const body = parseUpTo(stream, end)
  stream.next()
  return body
}

function parseUpTo(stream: TokenStream, ...ends: string[]): Statement[] {
  stream.skipIf(':')
  stream.expect('end')
  return parseBody(stream, ends)
}

const otherTags = ['block', 'extends', 'include', 'from', 'import', 'autoescape', 'do', 'trans', 'debug']

function parseStatement(stream: TokenStream, ends: readonly string[]): Statement[] {
  const tag = stream.expect('name').text
  switch (tag) {
    case 'for':
      return [parseFor(stream)]
    case 'if':
      return [parseIf(stream)]
    case 'set':
      return [parseSet(stream)]
    case 'with':
      return [parseWith(stream)]
    case 'macro': {
      const name = parseName(stream)
      const parameters = parseParameters(stream)
      return [{ kind: 'macro', name, ...parameters, body: parseInside(stream, 'endmacro') }]
    }
    case 'call': {
      const parameters =
        stream.current.kind === '(' ? parseParameters(stream) : { parameters: [], defaults: [] }
      const call = parseExpression(stream)
      if (call.kind !== 'call') throw stream.fail('expected a call')
      return [{ kind: 'callBlock', ...parameters, call: call as Call, body: parseInside(stream, 'endcall') }]
    }
    case 'generation':
      return [
        {
          kind: 'callBlock',
          parameters: [],
          defaults: [],
          call: undefined,
          body: parseInside(stream, 'endgeneration'),
        },
      ]
    case 'filter': {
      const filter = parseFilter(stream, undefined, true)!
      return [{ kind: 'filterBlock', filter, body: parseInside(stream, 'endfilter') }]
    }
    case 'print': {
      const values: Statement[] = []
      while (stream.current.kind !== 'end') {
        if (values.length > 0) stream.expect(',')
        values.push({ kind: 'print', value: parseExpression(stream) })
      }
      return values
    }
    case 'break':
    case 'continue':
      return [{ kind: tag }]
  }
  if (otherTags.includes(tag)) throw unsupported(`the tag {% ${tag} %}`)
  const expected = ends.length > 0 ? `; expected ${ends.join(' or ')}` : ''
  throw stream.fail(`unknown tag '${tag}'${expected}`)
}

function parseFor(stream: TokenStream): Statement {
  const target = parseTarget(stream, { endName: 'in' })
  stream.expectName('in')
  const iterable = parseTuple(stream, { withCondition: false, endName: 'recursive' })
  const test = stream.skipName('if') ? parseExpression(stream) : undefined
  const recursive = stream.skipName('recursive')
  const body = parseUpTo(stream, 'endfor', 'else')
  const otherwise = stream.next().text === 'else' ? parseInside(stream, 'endfor') : []
  return { kind: 'for', target, iterable, test, recursive, body, otherwise }
}

function parseIf(stream: TokenStream): Statement {
  const branches: { test: Expression; body: Body }[] = []
  let otherwise: IfStatement['otherwise'] = []
  for (let tag = 'elif'; tag === 'elif'; ) {
    const test = parseTuple(stream, { withCondition: false })
    branches.push({ test, body: parseUpTo(stream, 'elif', 'else', 'endif') })
    tag = stream.next().text
    if (tag === 'else') otherwise = parseInside(stream, 'endif')
  }
  return { kind: 'if', branches, otherwise }
}

function parseSet(stream: TokenStream): Statement {
  const target = parseTarget(stream, { withFields: true })
  if (stream.skipIf('=')) return { kind: 'set', target, value: parseTuple(stream) }
  const filter = parseFilter(stream, undefined)
  return { kind: 'setBlock', target, filter, body: parseInside(stream, 'endset') }
}

function parseWith(stream: TokenStream): Statement {
  const targets: Target[] = []
  const values: Expression[] = []
  while (stream.current.kind !== 'end') {
    if (targets.length > 0) stream.expect(',')
    targets.push(parseTarget(stream))
    stream.expect('=')
    values.push(parseExpression(stream))
  }
  return { kind: 'with', targets, values, body: parseInside(stream, 'endwith') }
}

interface TargetOptions {
  /** A name that ends a tuple. */
  readonly endName?: string
  /** Whether `namespace.name` is a valid target. */
  readonly withFields?: boolean
}

function parseTarget(stream: TokenStream, options: TargetOptions = {}): Target {
  const items: Target[] = []
  let isTuple = false
  for (;;) {
    if (items.length > 0) stream.expect(',')
    if (
      ['printEnd', 'end', ')'].includes(stream.current.kind) ||
      (options.endName && stream.isName(options.endName))
    )
      break
    items.push(parseOneTarget(stream, options))
    if (stream.current.kind !== ',') break
    isTuple = true
  }
  if (isTuple) return { kind: 'targets', items }
  if (!items[0]) throw stream.fail(`expected a name, got ${stream.describe()}`)
  return items[0]
}

function parseOneTarget(stream: TokenStream, { withFields = false }: TargetOptions): Target {
  if (stream.skipIf('(')) {
    const target = stream.nested(() => parseTarget(stream))
    stream.expect(')')
    return target
  }
  const name = parseName(stream)
  return withFields && stream.skipIf('.')
    ? { kind: 'field', name, field: stream.expect('name').text }
    : { kind: 'store', name }
}

const reserved = ['true', 'false', 'none', 'True', 'False', 'None']

/** A name as an assignment target. */
function parseName(stream: TokenStream): string {
  if (stream.isName(...reserved)) throw stream.fail(`cannot assign to ${stream.describe()}`)
  return stream.expect('name').text
}

function parseParameters(stream: TokenStream): Parameters {
  stream.expect('(')
  const parameters: string[] = []
  const defaults: Expression[] = []
  while (stream.current.kind !== ')') {
    if (parameters.length > 0) stream.expect(',')
    const name = parseName(stream)
    if (parameters.includes(name)) throw stream.fail(`duplicate argument '${name}'`)
    if (stream.skipIf('=')) defaults.push(parseExpression(stream))
    else if (defaults.length > 0) throw stream.fail('non-default argument follows default argument')
    parameters.push(name)
  }
  stream.expect(')')
  return { parameters, defaults }
}
