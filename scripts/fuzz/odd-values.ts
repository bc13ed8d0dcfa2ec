import fc from 'fast-check'
import { words } from './words.ts'

const oddNumbers = words(`
  0  -0  1  -1  2  3  7  64  0.5  -0.5  1e-9  1e9  1e308  -1e308  1e400  1.5e15  100000000  1000000000
  2147483647  2147483648  4294967295  4294967296  9007199254740991  9007199254740993  18446744073709551615
  99999999999999999999999
`)

/** Values that Python or JavaScript accepts but JSON does not. */
const noJson = [
  ...words(`01  +1  1.  .5  0x10  NaN  -Infinity  undefined  "\\  "\\x41"  'a'  "\\u00zz"`),
  '"a\nb"',
  '// a\n0',
]

/** Invisible characters, bidirectional controls, terminal control characters and lone surrogates. */
const oddCharacters = [
  ...'\0\u0007\u009b\n\t\u2028\u202e\u200b\ufeff\ufffd\uffff\u00a0😀éİß%\\/',
  ...['\ud800', '\udc00', '\r\n', '\u001b]0;x\u0007', '\u001b[2J', 'e\u0301', '..', '{{', '{%'],
]

/** Texts with a special meaning in JavaScript, in a file system or in a pattern. */
const oddWords = [
  '',
  ' ',
  'a\0b',
  ...words(`
  __proto__  constructor  toString  hasOwnProperty  length  then  null  NaN  -1  0  ../../etc/passwd  /etc/passwd
  C:\\a  a//b  a/./b  NUL  .  https://a.b/c?d=e  javascript:1  (a+)+$  (  [  *  \\  (?<a>a)\\k<a>  $&  $1
  `),
]

/** Repeat counts. The last one is rare, for files of several MB. */
const lengths = (...all: readonly number[]): fc.Arbitrary<number> =>
  fc.oneof({ weight: 250, arbitrary: fc.constantFrom(...all.slice(0, -1)) }, fc.constant(all.at(-1) ?? 0))

/** Odd, arbitrary and long texts. */
export const oddStrings: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...oddWords, ...oddCharacters) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.constantFrom(...oddCharacters), { maxLength: 5 }).map((all) => all.join('')),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('a', ' ', '\n', 'é', '😀', '(', '\u001b', 'ab '),
        lengths(100, 5000, 100_000, 3_000_000),
      )
      .map(([text, times]) => text.repeat(times)),
  },
)

const oddLists = fc
  .tuple(
    fc.constantFrom('0', '""', '{}', '[]', 'null', '0.5', '["a","b"]'),
    lengths(0, 1, 3, 100, 5000, 100_000, 1_000_000),
  )
  .map(([item, length]) => `[${new Array(length).fill(item).join(',')}]`)

const oddObjects = fc
  .tuple(fc.constantFrom('0', '""', '{}', 'null', '[]'), lengths(0, 1, 3, 1000, 50_000, 400_000))
  .map(([value, length]) => `{${Array.from({ length }, (_, i) => `"${i}a":${value}`).join(',')}}`)

/** Nested brackets, closed or left open. */
const nested = fc
  .tuple(
    fc.constantFrom('[', '{"a":', '[{"":'),
    lengths(2, 50, 100, 101, 3000, 200_000, 2_000_000),
    fc.boolean(),
  )
  .map(([open, depth, closed]) => {
    const close = [...open].reverse().map((c) => (c === '[' ? ']' : c === '{' ? '}' : ''))
    return `${open.repeat(depth)}0${closed ? close.join('').repeat(depth) : ''}`
  })

/** JSON texts with odd values of every type, some of them invalid. */
export const oddTexts: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'null',
      'true',
      'false',
      '[]',
      '{}',
      '""',
      '[null]',
      '[[]]',
      '{"a":1}',
      '{"toString":1}',
    ),
  },
  { weight: 8, arbitrary: fc.constantFrom(...oddNumbers) },
  { weight: 8, arbitrary: oddStrings.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.constantFrom(...noJson) },
  { weight: 2, arbitrary: oddLists },
  { weight: 2, arbitrary: oddObjects },
  { weight: 1, arbitrary: nested },
)

/** Field names, as JSON. */
export const oddNames: fc.Arbitrary<string> = oddStrings.map((text) => JSON.stringify(text))
