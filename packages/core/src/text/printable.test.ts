import { expect, test } from 'vitest'
import {
  isPrintableLine,
  printable,
  printableJson,
  printableLine,
  printablePieces,
  shortened,
} from './printable.ts'

const orders =
  '\u001b]0;title\u0007\u001b[31m\u009b2J\u202ertl\u2066\u200b\u00ad\ufeff\u{e0041}\u2028\r\nok: verified\ud800'

test('what makes a terminal do things becomes an escape, a line feed stays', () => {
  expect(printable(`a\tb${orders}`)).toBe(
    'a\tb\\u001b]0;title\\u0007\\u001b[31m\\u009b2J\\u202ertl\\u2066\\u200b\\u00ad\\ufeff\\udb40\\udc41\\u2028\nok: verified\\ud800',
  )
})

test('a carriage return alone, which would write over the line, does not stay', () => {
  expect(printable('denied\rok')).toBe('denied\\u000dok')
})

test('on one line there is no line break of any kind, and no gap that reaches to the next', () => {
  const line = printableLine(`${orders}\v\f\u0085x${' '.repeat(500)}ok`)
  expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/u)
  expect(line).toContain('x ok')
})

test.each(['naïve 日本語 → €', 'é\u0301', '👍🏽 ❤️', 'a  b'])('%s is left alone', (text) => {
  expect(printable(text)).toBe(text)
  expect(printableLine(text)).toBe(text)
  expect(isPrintableLine(text)).toBe(true)
})

test('an answer keeps what joins characters, a name does not', () => {
  const text = 'می\u200cخواهم 👩\u200d👧'
  expect(printable(text)).toBe(text)
  expect(isPrintableLine(text)).toBe(false)
})

test.each(['\u001b', '\u009b', '\u202e', '\n', '\t', '\u2029', '\u200b', '\u00a0', '\ud800', '\u{e0041}'])(
  'a line does not hold %j',
  (character) => expect(isPrintableLine(`a${character}b`)).toBe(false),
)

test('JSON says the same', () => {
  const value = { [orders]: [orders, '👩\u200d👧 ❤️'] }
  const json = printableJson(JSON.stringify(value, null, 2))
  expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/u)
  expect(JSON.parse(json)).toEqual(value)
})

test('characters that are parted between pieces come out whole', () => {
  const text = `a👍b\r\nc${orders}`
  const pieces = printablePieces()
  const printed =
    Array.from({ length: text.length }, (_, i) => pieces.next(text[i] as string)).join('') + pieces.end()
  expect(printed).toBe(printable(text))
})

test('no pair is parted where a text is shortened', () => {
  expect(shortened('ab👍', 3)).toBe('ab…')
  expect(shortened('ab👍', 4)).toBe('ab👍')
})
