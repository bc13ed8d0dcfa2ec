import { expect, test } from 'vitest'
import { describeValue } from './describe-value.ts'

test.each([
  [undefined, 'none'],
  [null, 'null'],
  [true, 'true'],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
  [12n, '12'],
  ['a\u001b[2J"', String.raw`"a\u001b[2J\""`],
  ['\u202e\u0085', String.raw`"\u202e\u0085"`],
  [[], '[]'],
  [[1, [2, [3]], undefined], '[1, [2, […]], undefined]'],
  [[1, 2, 3, 4, 5], '[1, 2, 3, 4, …]'],
  [{ a: 1, b: { c: { d: 1 } } }, '{"a": 1, "b": {"c": {…}}}'],
  [() => 1, 'a function'],
  [Symbol('x'), 'a symbol'],
  [new Float32Array(3), '12 bytes'],
])('%o is shown as %s', (value, text) => expect(describeValue(value)).toBe(text))

test('what is long, deep, cyclic, wide or hostile is shown in short', () => {
  let deep: unknown = 0
  for (let level = 0; level < 200_000; level++) deep = level % 2 ? [deep] : { a: deep }
  const cyclic: unknown[] = []
  cyclic.push(cyclic, cyclic)
  const getter = {
    get secret() {
      throw new Error('it was run')
    },
  }
  const refusing = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no')
      },
    },
  )
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}`.repeat(99), 'x'.repeat(99)]))
  for (const value of [
    deep,
    cyclic,
    getter,
    refusing,
    wide,
    'x'.repeat(1e6),
    10n ** 5000n,
    Object.create(null),
  ]) {
    expect(describeValue(value).length).toBeLessThanOrEqual(100)
  }
  expect(describeValue(getter)).toBe('{"secret": a getter}')
  expect(describeValue(refusing)).toBe('an object that cannot be inspected')
})
