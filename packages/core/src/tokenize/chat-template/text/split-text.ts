import type { Fuel } from '../fuel.ts'
import { failed } from '../template-error.ts'

/** White space according to `str.isspace`, for use in a character class; JavaScript's `\s` differs. */
export const spaceClass = '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const isSpace = new RegExp(`[${spaceClass}]`)

const strips = (chars: string | null) => {
  if (chars === null) return (character: string) => isSpace.test(character)
  const set = new Set(chars)
  return (character: string) => set.has(character)
}

/** `str.strip` and its one-sided variants; `chars` null for white space. */
export function strip(text: string, chars: string | null, side: 'both' | 'left' | 'right'): string {
  const isStripped = strips(chars)
  let start = 0
  let end = text.length
  if (side !== 'right')
    while (start < end) {
      const character = String.fromCodePoint(text.codePointAt(start)!)
      if (!isStripped(character)) break
      start += character.length
    }
  if (side !== 'left')
    while (end > start) {
      const pair = end - start > 1 && /[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(end - 2, end))
      const character = text.slice(end - (pair ? 2 : 1), end)
      if (!isStripped(character)) break
      end -= character.length
    }
  return text.slice(start, end)
}

/** `str.split` at white space; most: the maximum number of splits, all if negative. */
function splitAtSpace(fuel: Fuel, text: string, most: number): string[] {
  const parts: string[] = []
  const word = new RegExp(`[^${spaceClass}]+`, 'g')
  for (let found = word.exec(text); found; found = word.exec(text)) {
    fuel.items(1)
    if (parts.length === most) return [...parts, text.slice(found.index)]
    parts.push(found[0])
  }
  return parts
}

/** `str.split`; `separator` null for white space, `most` negative for all. */
export function split(fuel: Fuel, text: string, separator: string | null, most: number): string[] {
  if (separator === null) return splitAtSpace(fuel, text, most)
  if (separator === '') throw failed('ValueError: empty separator')
  fuel.search(text.length, separator.length)
  fuel.items(countOf(text, separator))
  if (most < 0) return text.split(separator)
  const parts: string[] = []
  let from = 0
  while (parts.length < most) {
    const at = text.indexOf(separator, from)
    if (at < 0) break
    parts.push(text.slice(from, at))
    from = at + separator.length
  }
  return [...parts, text.slice(from)]
}

/** `str.rsplit`. */
export function splitFromRight(fuel: Fuel, text: string, separator: string | null, most: number): string[] {
  if (most < 0)
    return separator === null || separator === ''
      ? split(fuel, text, separator, most)
      : splitRightAll(fuel, text, separator)
  if (separator === '') throw failed('ValueError: empty separator')
  const parts: string[] = []
  let end = separator === null ? strip(text, null, 'right').length : text.length
  while (parts.length < most && !(separator === null && end === 0)) {
    const start = separator === null ? wordStart(text, end) : lastIndex(text, separator, end)
    if (start < 0) break
    const from = separator === null ? start : start + separator.length
    fuel.items(1)
    parts.push(text.slice(from, end))
    end = separator === null ? strip(text.slice(0, start), null, 'right').length : start
  }
  const head = separator === null && end === 0 ? [] : [text.slice(0, end)]
  return [...head, ...parts.reverse()]
}

/** Overlapping separators are matched from the right. */
function splitRightAll(fuel: Fuel, text: string, separator: string): string[] {
  const parts: string[] = []
  let end = text.length
  fuel.search(text.length, separator.length)
  for (let at = lastIndex(text, separator, end); at >= 0; at = lastIndex(text, separator, end)) {
    fuel.items(1)
    parts.push(text.slice(at + separator.length, end))
    end = at
  }
  return [text.slice(0, end), ...parts.reverse()]
}

const lastIndex = (text: string, separator: string, end: number) =>
  end < separator.length ? -1 : text.lastIndexOf(separator, end - separator.length)

function wordStart(text: string, end: number): number {
  let start = end
  while (start > 0 && !isSpace.test(text[start - 1]!)) start--
  return start
}

const lineEnd = '\\r\\n|[\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029]'

/** `str.splitlines`. */
export function splitLines(fuel: Fuel, text: string, keepEnds: boolean): string[] {
  const lines: string[] = []
  const ends = new RegExp(lineEnd, 'g')
  let from = 0
  for (let found = ends.exec(text); found; found = ends.exec(text)) {
    fuel.items(1)
    lines.push(text.slice(from, keepEnds ? ends.lastIndex : found.index))
    from = ends.lastIndex
  }
  if (from < text.length) lines.push(text.slice(from))
  return lines
}

/** `str.replace`; `most` negative for all. The result may be far longer than the text. */
export function replace(fuel: Fuel, text: string, old: string, by: string, most: number): string {
  if (old !== '') {
    fuel.search(text.length, old.length)
    const found = countOf(text, old)
    const times = most < 0 ? found : Math.min(found, most)
    fuel.step(times)
    fuel.room(Math.max(text.length, text.length + times * (by.length - old.length)))
    return most < 0 ? text.replaceAll(old, () => by) : split(fuel, text, old, most).join(by)
  }
  fuel.items(text.length)
  const characters = [...text]
  const places = most < 0 ? characters.length + 1 : Math.min(most, characters.length + 1)
  fuel.room(text.length + places * by.length)
  const parts = characters.map((character, at) => (at < places ? by : '') + character)
  return parts.join('') + (places > characters.length ? by : '')
}

/** Number of non-overlapping occurrences of `sought`, which must not be empty. */
export function countOf(text: string, sought: string): number {
  let count = 0
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length)) count++
  return count
}
