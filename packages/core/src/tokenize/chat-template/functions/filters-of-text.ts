import { failed, unsupported } from '../template-error.ts'
import { codePointLength, codePointSlice } from '../text/code-points.ts'
import { replace, spaceClass, split, splitFromRight, splitLines } from '../text/split-text.ts'
import { builtin, needInteger } from '../values/builtin.ts'
import { Dict } from '../values/dict.ts'
import { formatPercent } from '../values/format-percent.ts'
import { isIterable, lengthOf, listOf, truth } from '../values/iterate.ts'
import { binary } from '../values/operators.ts'
import { floatOf } from '../values/parse-number.ts'
import { escapeHtml, needText, repr, str } from '../values/text-of.ts'
import { toJson } from '../values/to-json.ts'
import {
  type Call,
  isText,
  itemsOf,
  Markup,
  noKeywords,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from '../values/values.ts'
import { textMethods } from './text-methods.ts'

/** Jinja2's filters that take or make text. Source: Jinja2 3.1.6, filters.py. */
export const textFilters: Readonly<Record<string, Call>> = {
  capitalize: asMethod('capitalize'),
  lower: asMethod('lower'),
  upper: asMethod('upper'),
  trim: asMethod('trim', 'strip', [['chars', null]]),
  center: asMethod('center', 'center', [['width', 80n]]),
  title: builtin('title', ['s'], (run, value) => {
    const text = textOf(softText(run, value!))
    run.fuel.characters(text)
    run.fuel.room(text.length)
    return text.replace(words, (word) => {
      const [first = ''] = word
      return first.toUpperCase() + word.slice(first.length).toLowerCase()
    })
  }),
  string: builtin('string', ['object'], (run, value) => softText(run, value!)),
  replace: builtin('replace', ['s', 'old', 'new', ['count', null]], (run, value, old, by, count) =>
    replace(
      run.fuel,
      str(run, value!),
      str(run, old!),
      str(run, by!),
      count === null ? -1 : needInteger(count!),
    ),
  ),
  format: (run, [value, ...args], keywords) => {
    if (args.length > 0 && keywords.size > 0)
      throw failed("FilterArgumentError: can't handle positional and keyword arguments at the same time")
    const text = softText(run, value!)
    if (text instanceof Markup) throw unsupported('the filter format on an escaped text')
    return formatPercent(run, text, keywords.size > 0 ? new Dict(keywords) : new Tuple(args))
  },
  indent: builtin('indent', ['s', ['width', 4n], ['first', false], ['blank', false]], indent),
  truncate: builtin(
    'truncate',
    ['s', ['length', 255n], ['killwords', false], ['end', '...'], ['leeway', null]],
    truncate,
  ),
  wordcount: builtin('wordcount', ['s'], (run, value) => {
    const text = textOf(softText(run, value!))
    run.fuel.characters(text)
    run.fuel.room(text.length * 16)
    return BigInt(text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)
  }),
  escape: builtin('escape', ['s'], escapeFilter),
  e: builtin('escape', ['s'], escapeFilter),
  forceescape: builtin(
    'forceescape',
    ['value'],
    (run, value) => new Markup(escapeHtml(run, str(run, value!))),
  ),
  safe: builtin('safe', ['value'], (run, value) => new Markup(str(run, value!))),
  striptags: builtin('striptags', ['value'], stripTags),
  urlencode: builtin('urlencode', ['value'], urlEncode),
  xmlattr: builtin('xmlattr', ['d', ['autospace', true]], xmlAttributes),
  filesizeformat: builtin('filesizeformat', ['value', ['binary', false]], fileSize),
  tojson: builtin(
    'tojson',
    ['x', ['ensure_ascii', false], ['indent', null], ['separators', null], ['sort_keys', false]],
    (run, value, ensureAscii, indentation, separators, sortKeys) =>
      toJson(run, value!, {
        ensureAscii: truth(run, ensureAscii!),
        indent: indentOf(run, indentation!),
        separators: separatorsOf(separators!, indentation !== null),
        sortKeys: truth(run, sortKeys!),
      }),
  ),
}

/** What `title` considers words: unlike those of str.title, they continue after an apostrophe. */
const words = new RegExp(`[^-({[<${spaceClass}]+`, 'gu')

/** Converts a value to text; texts are kept as they are. */
function softText(run: Run, value: Value): string | Markup {
  return isText(value) ? value : str(run, value)
}

function asMethod(
  filter: string,
  method = filter,
  parameters: readonly (readonly [string, Value])[] = [],
): Call {
  return builtin(filter, ['s', ...parameters], (run, value, ...args) =>
    textMethods[method]!(softText(run, value!))(run, args as Value[], noKeywords),
  )
}

function escapeFilter(run: Run, value: Value | undefined): Value {
  return new Markup(escapeHtml(run, value!))
}

function indent(run: Run, ...values: Value[]): Value {
  const [value, width, first, blank] = values as [Value, Value, Value, Value]
  if (value instanceof Markup) throw unsupported('the filter indent on an escaped text')
  const space = isText(width) ? textOf(width) : spaces(run, needInteger(width))
  const lines = splitLines(run.fuel, needText(binary(run, '+', value, '\n'), 'indent'), false)
  run.fuel.room((value as string).length + lines.length * (space.length + 1))
  const indented = lines.map((line, at) => {
    const isIndented = at === 0 ? truth(run, first) : truth(run, blank) || line !== ''
    return isIndented ? space + line : line
  })
  return run.fuel.join(indented, '\n')
}

function spaces(run: Run, width: number): string {
  run.fuel.room(Math.max(width, 0))
  return ' '.repeat(Math.max(width, 0))
}

function truncate(run: Run, ...values: Value[]): Value {
  const [value, length, killWords, end, leeway] = values as [Value, Value, Value, Value, Value]
  const ending = needText(end, 'truncate')
  const [most, more] = [needInteger(length), leeway === null ? 5 : needInteger(leeway)]
  const endLength = codePointLength(ending)
  if (most < endLength) throw failed(`AssertionError: expected length >= ${endLength}, got ${most}`)
  if (more < 0) throw failed(`AssertionError: expected leeway >= 0, got ${more}`)
  const size = lengthOf(run, value)
  if (size === undefined) throw failed(`TypeError: object of type '${typeName(value)}' has no len()`)
  if (size <= most + more) return value
  if (value instanceof Markup) throw unsupported('the filter truncate on an escaped text')
  const kept = codePointSlice(needText(value, 'truncate'), 0, most - endLength)
  return run.fuel.text((truth(run, killWords) ? kept : splitFromRight(run.fuel, kept, ' ', 1)[0]!) + ending)
}

function stripTags(run: Run, value: Value | undefined): Value {
  const text = value instanceof Markup ? value.text : str(run, value!)
  run.fuel.characters(text)
  run.fuel.room(text.length)
  const parts: string[] = []
  let from = 0
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', from)) {
    const isComment = text.startsWith('<!--', start)
    const end = isComment ? text.indexOf('-->', start + 4) : text.indexOf('>', start)
    if (end < 0) break
    parts.push(text.slice(from, start))
    from = end + (isComment ? 3 : 1)
  }
  const plain = parts.join('') + text.slice(from)
  if (plain.includes('&')) throw unsupported('the filter striptags on a text with HTML entities')
  return split(run.fuel, plain, null, -1).join(' ')
}

function quoteUrl(run: Run, value: Value, inQuery: boolean): string {
  const text = str(run, value)
  run.fuel.characters(text)
  run.fuel.room(text.length * 9)
  if (/\p{Cs}/u.test(text)) throw failed('UnicodeEncodeError: surrogates not allowed')
  const quoted = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return inQuery ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/')
}

function urlEncode(run: Run, value: Value | undefined): Value {
  if (isText(value!) || !isIterable(run, value!)) return quoteUrl(run, value!, false)
  const items =
    value instanceof Dict
      ? [...value.entries()]
      : listOf(run, value!).map((item) => listOf(run, item) as readonly [Value, Value])
  if (items.some((item) => item.length !== 2))
    throw failed('ValueError: not enough values to unpack (expected 2)')
  const parts = items.map(([key, item]) => `${quoteUrl(run, key, true)}=${quoteUrl(run, item, true)}`)
  return run.fuel.join(parts, '&')
}

function xmlAttributes(run: Run, ...values: Value[]): Value {
  const [value, autoSpace] = values as [Value, Value]
  if (!(value instanceof Dict)) throw failed('AttributeError: xmlattr wants a dict')
  const parts: string[] = []
  for (const [key, item] of value.entries()) {
    if (item === null || item instanceof Undefined) continue
    const name = needText(key, 'xmlattr')
    if (/[ \t-\r/>=]/.test(name)) throw failed(`ValueError: Invalid character in attribute name: '${name}'`)
    parts.push(`${escapeHtml(run, key)}="${escapeHtml(run, item)}"`)
  }
  const joined = run.fuel.join(parts, ' ')
  return joined && truth(run, autoSpace) ? ` ${joined}` : joined
}

function fileSize(run: Run, ...values: Value[]): Value {
  const [value, binaryUnits] = values as [Value, Value]
  const isBinary = truth(run, binaryUnits)
  const bytes = floatOf(run, value)
  if (bytes === undefined) throw failed(`ValueError: could not convert to float: ${repr(run, value)}`)
  const base = isBinary ? 1024 : 1000
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  const prefixes = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
  const power = prefixes.findIndex((_, at) => bytes < base ** (at + 2))
  const at = power < 0 ? prefixes.length - 1 : power
  const prefix = isBinary ? `${prefixes[at]!.toUpperCase()}iB` : `${prefixes[at]}B`
  return formatPercent(run, `%.1f ${prefix}`, (base * bytes) / base ** (at + 2))
}

function indentOf(run: Run, value: Value): string | undefined {
  if (value === null) return undefined
  return isText(value) ? textOf(value) : spaces(run, needInteger(value))
}

function separatorsOf(value: Value, inLines: boolean): readonly [string, string] {
  if (value === null) return [inLines ? ',' : ', ', ': ']
  const items = itemsOf(value)
  if (items?.length !== 2) throw failed('ValueError: separators wants two strings')
  return [needText(items[0]!, 'separators'), needText(items[1]!, 'separators')]
}
