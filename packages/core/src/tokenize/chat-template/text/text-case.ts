import { unsupported } from '../template-error.ts'
import { spaceClass } from './split-text.ts'

/** Case conversion and character classes of Python's `str`. */

const isCased = (character: string) => /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u.test(character)

// Digraphs whose title case is a separate character.
const titles: Readonly<Record<string, string>> = {
  ŉ: 'ʼN',
  Ǆ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǳ: 'ǲ',
  ǅ: 'ǅ',
  ǈ: 'ǈ',
  ǲ: 'ǲ',
}

function titleCase(character: string): string {
  const known = titles[character]
  if (known) return known
  // Georgian has capital letters but no title case.
  if (/[\u10d0-\u10ff]/.test(character)) return character
  const [first = '', ...others] = character.toUpperCase()
  return first + others.join('').toLowerCase()
}

export function capitalize(text: string): string {
  const [first = ''] = text
  // Lower-casing depends on context: a sigma at the end of a word.
  return titleCase(first) + text.toLowerCase().slice(first.toLowerCase().length)
}

/** `str.title`: letters after a letter become lower case, others title case. */
export function title(text: string): string {
  const characters = [...text]
  // Lower-cases the whole text, because a sigma at the end of a word has its own form.
  const whole = [...text.toLowerCase()]
  const lower =
    whole.length === characters.length ? whole : characters.map((character) => character.toLowerCase())
  let afterCased = false
  return characters
    .map((character, at) => {
      const changed = afterCased ? lower[at]! : titleCase(character)
      afterCased = isCased(character)
      return changed
    })
    .join('')
}

export function swapCase(text: string): string {
  return [...text]
    .map((character) =>
      /\p{Uppercase}/u.test(character)
        ? character.toLowerCase()
        : /\p{Lowercase}/u.test(character)
          ? character.toUpperCase()
          : character,
    )
    .join('')
}

const digit =
  /^[\p{Nd}\xb2\xb3\xb9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]+$/u

const kinds: Readonly<Record<string, RegExp>> = {
  isalnum: /^[\p{L}\p{N}]+$/u,
  isalpha: /^\p{L}+$/u,
  isascii: /^[\0-\x7f]*$/,
  isdecimal: /^\p{Nd}+$/u,
  isdigit: digit,
  isidentifier: /^[\p{XID_Start}_]\p{XID_Continue}*$/u,
  isnumeric: /^\p{N}+$/u,
  isprintable: /^(?:[^\p{C}\p{Z}]| )*$/u,
  isspace: new RegExp(`^[${spaceClass}]+$`),
}

/** Methods that test the characters of a text. */
export const kindMethods = [...Object.keys(kinds), 'islower', 'isupper', 'istitle']

export function isKind(method: string, text: string): boolean {
  switch (method) {
    case 'islower':
      return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text)
    case 'isupper':
      return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text)
    case 'istitle':
      return isTitle(text)
  }
  if (method === 'isnumeric' && /\p{Script=Han}/u.test(text))
    throw unsupported('isnumeric of Chinese characters')
  return kinds[method]!.test(text)
}

function isTitle(text: string): boolean {
  let afterCased = false
  let any = false
  for (const character of text) {
    const upper = /[\p{Uppercase}\p{Lt}]/u.test(character)
    if (isCased(character)) {
      if (upper === afterCased) return false
      any = true
      afterCased = true
    } else afterCased = false
  }
  return any
}

/** Approximates Python's Unicode table for case folding: beyond lower case, it does what upper case does, with few exceptions. */
export function caseFold(text: string): string {
  return [...text.toLowerCase()]
    .map((character) => {
      if (character === 'ı') return character
      const upper = character.toUpperCase()
      // Cherokee folds to upper case.
      return /[\u13a0-\u13f5]/.test(upper) ? upper : upper.toLowerCase()
    })
    .join('')
}
