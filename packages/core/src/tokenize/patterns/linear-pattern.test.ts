import { describe, expect, it } from 'vitest'
import { wellKnownPatterns } from './known-patterns.ts'
import { linearPattern } from './linear-pattern.ts'
import { expressionPattern, literalPattern, type Pattern } from './pattern.ts'

/** Seconds that it takes to find a pattern in a text of 100,000 characters: a quadratic engine takes minutes. */
function secondsFor(pattern: Pattern, part: string): number {
  const text = part.repeat(Math.ceil(1e5 / part.length))
  const start = performance.now()
  pattern.find(`${text}!`)
  return (performance.now() - start) / 1000
}

const parts = ['a', ' ', '\n', ' \n', '1', '!', 'aA', '中', "'s", 'a\u0301', '\t ']

describe('time grows with the text alone', () => {
  it.each([
    '(a+)+$',
    '(a|a)*b',
    '(a|aa)+$',
    '(?:a+)+b|a',
    '\\s+$',
    'a*b|a',
    '(?=(?=.*a).*b)a',
    '(?>a+)b|a',
    '(?:\\s*\\s*\\s*\\S)+x',
    '(?<=aa)a+b|a',
  ])('%s', (source) => {
    const pattern = linearPattern(source)
    for (const part of parts) expect([part, secondsFor(pattern, part) < 5]).toEqual([part, true])
  })

  it.each([...wellKnownPatterns])("%s, on JavaScript's own engine", (_, expression) => {
    for (const part of parts)
      expect([part, secondsFor(expressionPattern(expression), part) < 5]).toEqual([part, true])
  })
})

it.each([
  ['(\\w+)\\1', /backreference/],
  ['(a*)*', /a possibly empty expression/],
  ['(?:a|b?){2}', /a possibly empty expression/],
  ['((a{100}){100}){100}', /more than 500 states/],
  ['a{3000}', /more than 500 states/],
  ['a'.repeat(5001), /5001 characters/],
  ['(?<n>a)\\g<n>', /subroutine/],
  ['a\\Kb', /\\K/],
  ['\\Ga', /search_start/],
  ['\\X', /text_segment/],
  ['(?<=a+)b', /lookbehind/],
  ['(?i:ß)', /ASCII/],
  ['(?i:\\p{Lu})', /Lu/],
  ['\\p{Nonesuch}', /Nonesuch/],
  ['\\p{Punct}', /\\p{P}/],
  ['(', /./],
  ['(?:'.repeat(1500) + ')'.repeat(1500), /./],
])('refuses %s', (source, message) => {
  expect(() => linearPattern(source)).toThrow(message)
})

it('finds texts as they are, and the empty text at every character', () => {
  expect(literalPattern('aa').find('aaaa b aa')).toEqual([0, 2, 2, 4, 7, 9])
  expect(literalPattern('').find('a😀')).toEqual([0, 0, 1, 1, 3, 3])
})
