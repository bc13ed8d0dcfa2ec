import { failed } from '../template-error.ts'
import { codePoints } from '../text/code-points.ts'
import { countOf, strip } from '../text/split-text.ts'
import { capitalize, caseFold, isKind, kindMethods, swapCase, title } from '../text/text-case.ts'
import { builtin, byPlace, needInteger } from '../values/builtin.ts'
import { Dict } from '../values/dict.ts'
import { iterate, rest } from '../values/iterate.ts'
import { escapeHtml, needText } from '../values/text-of.ts'
import { type Call, isText, like, Markup, type Run, textOf, typeName, type Value } from '../values/values.ts'
import { paddingMethods } from './text-padding-methods.ts'
import { searchMethods } from './text-search-methods.ts'

type Method = (self: string | Markup) => Call

/** Methods of `str`, and of `Markup`, which escapes arguments and returns escaped results. */
export const textMethods: Readonly<Record<string, Method>> = {
  ...Object.fromEntries(
    kindMethods.map((name) => [
      name,
      simple(name, (run, text) => {
        run.fuel.characters(text)
        return isKind(name, text)
      }),
    ]),
  ),
  capitalize: changing('capitalize', (text) => capitalize(text)),
  casefold: changing('casefold', caseFold),
  lower: changing('lower', (text) => text.toLowerCase(), 'fast'),
  swapcase: changing('swapcase', swapCase),
  title: changing('title', title),
  upper: changing('upper', (text) => text.toUpperCase(), 'fast'),

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

  join: (self) =>
    byPlace('join', 1, 1, (run, values) => {
      const parts: string[] = []
      for (const value of rest(iterate(run, values!))) {
        if (!isText(value) && !(self instanceof Markup))
          throw failed(
            `TypeError: sequence item ${parts.length}: expected str instance, ${typeName(value)} found`,
          )
        parts.push(self instanceof Markup ? escapeHtml(run, value) : textOf(value as string | Markup))
      }
      const joined = run.fuel.join(parts, textOf(self))
      return self instanceof Markup ? new Markup(joined) : joined
    }),

  translate: (self) =>
    byPlace('translate', 1, 1, (run, table) => {
      if (!(table instanceof Dict))
        throw failed(`TypeError: translate() wants a dict, not ${typeName(table!)}`)
      run.fuel.items(textOf(self).length)
      const parts = codePoints(textOf(self)).map((character) => {
        const to = table.get(BigInt(character.codePointAt(0)!))
        if (to === undefined) return character
        if (to === null) return ''
        const text =
          typeof to === 'bigint' ? String.fromCodePoint(needInteger(to)) : needText(to, 'translate')
        run.fuel.room(text.length)
        return text
      })
      const joined = run.fuel.join(parts)
      return self instanceof Markup ? new Markup(joined) : joined
    }),

  expandtabs: (self) =>
    builtin('expandtabs', [['tabsize', 8n]], (run, size) =>
      like(run, self, expandTabs(run, textOf(self), needInteger(size!))),
    ),
  ...searchMethods,
  ...paddingMethods,
}

function simple(name: string, result: (run: Run, text: string) => Value): Method {
  return (self) => byPlace(name, 0, 0, (run) => result(run, textOf(self)))
}

function changing(name: string, change: (text: string) => string, pace: 'fast' | 'slow' = 'slow'): Method {
  return (self) =>
    byPlace(name, 0, 0, (run) => {
      const text = textOf(self)
      if (pace === 'fast') run.fuel.scan(text.length * 4)
      else run.fuel.items(text.length)
      return like(run, self, change(text))
    })
}

function stripping(name: string, side: 'both' | 'left' | 'right'): Method {
  return (self) =>
    byPlace(name, 0, 1, (run, chars = null) => {
      const text = textOf(self)
      run.fuel.scan(text.length * 4)
      return like(run, self, strip(text, chars === null ? null : needText(chars, name), side))
    })
}

function expandTabs(run: Run, text: string, size: number): string {
  run.fuel.items(text.length)
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
