import { failed } from '../template-error.ts'
import { codePointIndex, codePointLength, codePointSlice } from '../text/code-points.ts'
import { countOf, replace, split, splitFromRight, splitLines } from '../text/split-text.ts'
import { builtin, byPlace, needInteger } from '../values/builtin.ts'
import { truth } from '../values/iterate.ts'
import { escapeHtml, needText } from '../values/text-of.ts'
import {
  type Call,
  isList,
  itemsOf,
  list,
  Markup,
  type Run,
  Tuple,
  textOf,
  type Value,
} from '../values/values.ts'

type Method = (self: string | Markup) => Call

/** Methods of `str` that search for a text, split at it or replace it. */
export const searchMethods: Readonly<Record<string, Method>> = {
  find: finding('find', false, (text, sought) => text.indexOf(sought)),
  index: finding('index', true, (text, sought) => text.indexOf(sought)),
  rfind: finding('rfind', false, (text, sought) => text.lastIndexOf(sought)),
  rindex: finding('rindex', true, (text, sought) => text.lastIndexOf(sought)),
  count: (self) =>
    byPlace('count', 1, 3, (run, sought, start = null, end = null) => {
      const part = window(run, textOf(self), start, end)
      const text = needText(sought!, 'count')
      if (part === undefined) return 0n
      run.fuel.search(part.text.length, text.length)
      return BigInt(text === '' ? codePointLength(part.text) + 1 : countOf(part.text, text))
    }),
  startswith: testing('startswith', (text, part) => text.startsWith(part)),
  endswith: testing('endswith', (text, part) => text.endsWith(part)),

  replace: (self) =>
    byPlace('replace', 2, 3, (run, old, by, count = -1n) => {
      const sought = needText(old!, 'replace')
      const given = self instanceof Markup ? escapeHtml(run, by!) : needText(by!, 'replace')
      const text = replace(run.fuel, textOf(self), sought, given, needInteger(count))
      return self instanceof Markup ? new Markup(text) : text
    }),
  split: splitting('split', split),
  rsplit: splitting('rsplit', splitFromRight),
  splitlines: (self) =>
    builtin('splitlines', [['keepends', false]], (run, keepEnds) =>
      list(run, self, splitLines(run.fuel, textOf(self), truth(run, keepEnds!))),
    ),
  partition: parting('partition', (text, separator) => {
    const at = text.indexOf(separator)
    return at < 0 ? [text, '', ''] : [text.slice(0, at), separator, text.slice(at + separator.length)]
  }),
  rpartition: parting('rpartition', (text, separator) => {
    const at = text.lastIndexOf(separator)
    return at < 0 ? ['', '', text] : [text.slice(0, at), separator, text.slice(at + separator.length)]
  }),
}

function finding(name: string, must: boolean, unitOf: (text: string, sought: string) => number): Method {
  return (self) =>
    byPlace(name, 1, 3, (run, sought, start = null, end = null) => {
      const text = needText(sought!, name)
      const part = window(run, textOf(self), start, end)
      run.fuel.search(textOf(self).length, text.length)
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

/** The part of a text between `start` and `end`, and its start; undefined if it starts after the end. */
function window(
  run: Run,
  text: string,
  start: Value,
  end: Value,
): { text: string; start: number } | undefined {
  if (start === null && end === null) return { text, start: 0 }
  run.fuel.scan(text.length * 2)
  const length = codePointLength(text)
  const place = (value: Value, otherwise: number) => {
    if (value === null) return otherwise
    const index = needInteger(value)
    return index < 0 ? Math.max(index + length, 0) : index
  }
  const [from, to] = [place(start, 0), Math.min(place(end, length), length)]
  return from > to ? undefined : { text: codePointSlice(text, from, to), start: from }
}

function splitting(name: string, parts: typeof split): Method {
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
        return list(run, self, parts(run.fuel, textOf(self), at, needInteger(most!)))
      },
    )
}

function parting(name: string, parts: (text: string, separator: string) => string[]): Method {
  return (self) =>
    byPlace(name, 1, 1, (run, separator) => {
      const at = needText(separator!, name)
      if (at === '') throw failed('ValueError: empty separator')
      run.fuel.search(textOf(self).length, at.length)
      return new Tuple(list(run, self, parts(textOf(self), at)) as readonly Value[])
    })
}
