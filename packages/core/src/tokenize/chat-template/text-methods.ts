import { builtin, byPlace, needInteger } from './builtin.ts'
import { codePointIndex, codePointLength, codePoints, codePointSlice } from './code-points.ts'
import { Dict } from './dict.ts'
import { escapeHtml } from './escape-html.ts'
import { iterate, rest, truth } from './iterate.ts'
import { countOf, replace, split, splitFromRight, splitLines, strip } from './split-text.ts'
import { failed } from './template-error.ts'
import { needText } from './text-of.ts'
import { capitalize, isKind, kindMethods, swapCase, title } from './text-case.ts'
import { type Call, isList, isText, itemsOf, Markup, type Run, textOf, Tuple, typeName, type Value } from './values.ts'

type Method = (self: string | Markup) => Call

/** Methods of `str`, and of `Markup`, whose results are escaped and whose arguments are escaped where they go in. */
export const textMethods: Readonly<Record<string, Method>> = {
  ...Object.fromEntries(
    kindMethods.map((name) => [name, simple(name, (run, text) => scanned(run, text, () => isKind(name, text)))]),
  ),
  capitalize: changing('capitalize', (text) => capitalize(text)),
  casefold: changing('casefold', caseFold),
  lower: changing('lower', (text) => text.toLowerCase()),
  swapcase: changing('swapcase', swapCase),
  title: changing('title', title),
  upper: changing('upper', (text) => text.toUpperCase()),

  strip: stripping('strip', 'both'),
  lstrip: stripping('lstrip', 'left'),
  rstrip: stripping('rstrip', 'right'),
  removeprefix: (self) =>
    byPlace('removeprefix', 1, 1, (run, prefix) => {
      const [text, start] = [textOf(self), needText(prefix!, 'removeprefix')]
      return like(run, self, start && text.startsWith(start) ? text.slice(start.length) : text)
    }),
  removesuffix: (self) =>
    byPlace('removesuffix', 1, 1, (run, suffix) => {
      const [text, end] = [textOf(self), needText(suffix!, 'removesuffix')]
      return like(run, self, end && text.endsWith(end) ? text.slice(0, -end.length) : text)
    }),

  split: splitting('split', split),
  rsplit: splitting('rsplit', splitFromRight),
  splitlines: (self) =>
    builtin('splitlines', [['keepends', false]], (run, keepEnds) =>
      list(run, self, splitLines(textOf(self), truth(run, keepEnds!))),
    ),
  partition: parting('partition', (text, separator) => {
    const at = text.indexOf(separator)
    return at < 0 ? [text, '', ''] : [text.slice(0, at), separator, text.slice(at + separator.length)]
  }),
  rpartition: parting('rpartition', (text, separator) => {
    const at = text.lastIndexOf(separator)
    return at < 0 ? ['', '', text] : [text.slice(0, at), separator, text.slice(at + separator.length)]
  }),
  join: (self) =>
    byPlace('join', 1, 1, (run, values) => {
      const parts: string[] = []
      for (const value of rest(iterate(run, values!))) {
        if (!isText(value) && !(self instanceof Markup))
          throw failed(`TypeError: sequence item ${parts.length}: expected str instance, ${typeName(value)} found`)
        parts.push(self instanceof Markup ? escapeHtml(run, value) : textOf(value as string | Markup))
      }
      run.fuel.room(textOf(self).length * parts.length + parts.reduce((sum, part) => sum + part.length, 0))
      const joined = parts.join(textOf(self))
      return self instanceof Markup ? new Markup(joined) : joined
    }),

  find: finding('find', false, (text, sought) => text.indexOf(sought)),
  index: finding('index', true, (text, sought) => text.indexOf(sought)),
  rfind: finding('rfind', false, (text, sought) => text.lastIndexOf(sought)),
  rindex: finding('rindex', true, (text, sought) => text.lastIndexOf(sought)),
  count: (self) =>
    byPlace('count', 1, 3, (run, sought, start = null, end = null) => {
      const part = window(run, textOf(self), start, end)
      const text = needText(sought!, 'count')
      if (part === undefined) return 0n
      return BigInt(text === '' ? codePointLength(part.text) + 1 : countOf(part.text, text))
    }),
  startswith: testing('startswith', (text, part) => text.startsWith(part)),
  endswith: testing('endswith', (text, part) => text.endsWith(part)),

  replace: (self) =>
    byPlace('replace', 2, 3, (run, old, by, count = -1n) => {
      const sought = needText(old!, 'replace')
      const given = self instanceof Markup ? escapeHtml(run, by!) : needText(by!, 'replace')
      return replaced(run, self, sought, given, needInteger(count))
    }),
  translate: (self) =>
    byPlace('translate', 1, 1, (run, table) => {
      if (!(table instanceof Dict)) throw failed(`TypeError: translate() wants a dict, not ${typeName(table!)}`)
      const parts = codePoints(textOf(self)).map((character) => {
        const to = table.get(BigInt(character.codePointAt(0)!))
        if (to === undefined) return character
        if (to === null) return ''
        const text = typeof to === 'bigint' ? String.fromCodePoint(needInteger(to)) : needText(to, 'translate')
        run.fuel.room(text.length)
        return text
      })
      return like(run, self, parts.join(''))
    }),

  center: padding('center', (length, width) => {
    const marg = width - length
    const left = Math.floor(marg / 2) + (marg & width & 1)
    return [left, marg - left]
  }),
  ljust: padding('ljust', (length, width) => [0, width - length]),
  rjust: padding('rjust', (length, width) => [width - length, 0]),
  zfill: (self) =>
    byPlace('zfill', 1, 1, (run, width) => {
      const text = textOf(self)
      const missing = Math.max(needInteger(width!) - codePointLength(text), 0)
      run.fuel.room(text.length + missing)
      const sign = /^[+-]/.exec(text)?.[0] ?? ''
      return like(run, self, sign + '0'.repeat(missing) + text.slice(sign.length))
    }),
  expandtabs: (self) =>
    builtin('expandtabs', [['tabsize', 8n]], (run, size) => like(run, self, expandTabs(run, textOf(self), needInteger(size!)))),
}

/** A text of the same class. */
function like(run: Run, self: string | Markup, text: string): Value {
  run.fuel.text(text)
  return self instanceof Markup ? new Markup(text) : text
}

function list(run: Run, self: string | Markup, parts: readonly string[]): Value {
  run.fuel.items(parts.length)
  run.fuel.room(textOf(self).length)
  return self instanceof Markup ? parts.map((part) => new Markup(part)) : parts
}

function scanned<Result>(run: Run, text: string, result: () => Result): Result {
  run.fuel.scan(text.length * 4)
  return result()
}

function simple(name: string, result: (run: Run, text: string) => Value): Method {
  return (self) => byPlace(name, 0, 0, (run) => result(run, textOf(self)))
}

function changing(name: string, change: (text: string) => string): Method {
  return (self) => byPlace(name, 0, 0, (run) => like(run, self, scanned(run, textOf(self), () => change(textOf(self)))))
}

/** Python folds by a table of Unicode's; what it does beyond lower case is what upper case does, and U+1E9E. */
function caseFold(text: string): string {
  return [...text.toLowerCase()].map((c) => c.toUpperCase().toLowerCase()).join('')
}

function stripping(name: string, side: 'both' | 'left' | 'right'): Method {
  return (self) =>
    byPlace(name, 0, 1, (run, chars = null) =>
      like(run, self, scanned(run, textOf(self), () => strip(textOf(self), chars === null ? null : needText(chars, name), side))),
    )
}

function splitting(name: string, parts: (text: string, separator: string | null, most: number) => string[]): Method {
  return (self) =>
    builtin(
      name,
      [
        ['sep', null],
        ['maxsplit', -1n],
      ],
      (run, separator, most) => {
        run.fuel.scan(textOf(self).length * 4)
        const at = separator === null ? null : needText(separator!, name)
        return list(run, self, parts(textOf(self), at, needInteger(most!)))
      },
    )
}

function parting(name: string, parts: (text: string, separator: string) => string[]): Method {
  return (self) =>
    byPlace(name, 1, 1, (run, separator) => {
      const at = needText(separator!, name)
      if (at === '') throw failed('ValueError: empty separator')
      return new Tuple(list(run, self, parts(textOf(self), at)) as readonly Value[])
    })
}

/** The part of a text that `start` and `end` name, and where it begins; undefined where it begins behind the end. */
function window(run: Run, text: string, start: Value, end: Value): { text: string; start: number } | undefined {
  run.fuel.scan(text.length)
  if (start === null && end === null) return { text, start: 0 }
  const length = codePointLength(text)
  const place = (value: Value, otherwise: number) => {
    if (value === null) return otherwise
    const index = needInteger(value)
    return index < 0 ? Math.max(index + length, 0) : index
  }
  const [from, to] = [place(start, 0), Math.min(place(end, length), length)]
  return from > to ? undefined : { text: codePointSlice(text, from, to), start: from }
}

function finding(name: string, must: boolean, unitOf: (text: string, sought: string) => number): Method {
  return (self) =>
    byPlace(name, 1, 3, (run, sought, start = null, end = null) => {
      const text = needText(sought!, name)
      const part = window(run, textOf(self), start, end)
      const at = part ? codePointIndex(part.text, unitOf(part.text, text)) : -1
      if (at >= 0) return BigInt(at + part!.start)
      if (must) throw failed('ValueError: substring not found')
      return -1n
    })
}

function testing(name: string, test: (text: string, part: string) => boolean): Method {
  return (self) =>
    byPlace(name, 1, 3, (run, parts, start = null, end = null) => {
      const part = window(run, textOf(self), start, end)
      if (isList(parts!)) throw failed(`TypeError: ${name} first arg must be str or a tuple of str, not list`)
      const wanted = itemsOf(parts!) ?? [parts!]
      return wanted.some((one) => part !== undefined && test(part.text, needText(one, name)))
    })
}

/** `str.replace` within fuel, which the result may go far beyond. */
export function replaced(run: Run, self: string | Markup, old: string, by: string, most: number): Value {
  const text = textOf(self)
  run.fuel.scan(text.length)
  const found = old === '' ? text.length + 1 : countOf(text, old)
  const times = most < 0 ? found : Math.min(found, most)
  run.fuel.room(Math.max(text.length, text.length + times * (by.length - old.length)))
  run.fuel.step(times)
  const result = replace(text, old, by, most)
  return self instanceof Markup ? new Markup(result) : result
}

function padding(name: string, sides: (length: number, width: number) => readonly [number, number]): Method {
  return (self) =>
    byPlace(name, 1, 2, (run, width, fill = ' ') => pad(run, name, self, needInteger(width!), fill, sides))
}

function pad(
  run: Run,
  name: string,
  self: string | Markup,
  width: number,
  fill: Value,
  sides: (length: number, width: number) => readonly [number, number],
): Value {
  const text = textOf(self)
  const character = self instanceof Markup ? escapeHtml(run, fill) : needText(fill, name)
  if (codePointLength(character) !== 1)
    throw failed('TypeError: The fill character must be exactly one character long')
  const length = codePointLength(text)
  if (width <= length) return like(run, self, text)
  run.fuel.room(text.length + (width - length) * character.length)
  const [left, right] = sides(length, width)
  return like(run, self, character.repeat(left) + text + character.repeat(right))
}

function expandTabs(run: Run, text: string, size: number): string {
  run.fuel.room(text.length + countOf(text, '\t') * Math.max(size, 0))
  let column = 0
  return codePoints(text)
    .map((character) => {
      if (character === '\t') {
        const spaces = size > 0 ? size - (column % size) : 0
        column += spaces
        return ' '.repeat(spaces)
      }
      column = character === '\n' || character === '\r' ? 0 : column + 1
      return character
    })
    .join('')
}
