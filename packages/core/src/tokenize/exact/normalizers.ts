import * as z from 'zod/mini'
import { compilePattern } from '../patterns/compile-pattern.ts'
import { literalPattern, type Pattern } from '../patterns/pattern.ts'
import { spellBytes } from './byte-alphabet.ts'
import { marks, nonspacingMarks, whiteSpace } from './characters.ts'
import { type Component, checkGrowth, optionsOf, partsOf, typeOf, unknownType } from './component.ts'

/** Part of the text to encode, between added tokens. */
export interface Section {
  readonly text: string
  /** Whether its first character comes from the first character of the whole text. */
  readonly atStart: boolean
}

export type Normalizer = (section: Section) => Section

/** `pattern` in components: a text or a regular expression. */
export const patternOption = z.union([
  z.strictObject({ String: z.string() }),
  z.strictObject({ Regex: z.string() }),
])

export async function readPattern(pattern: z.infer<typeof patternOption>, where: string): Promise<Pattern> {
  return 'String' in pattern ? literalPattern(pattern.String) : compilePattern(pattern.Regex, where)
}

const prepend = z.looseObject({ prepend: z.string() })
const replace = z.looseObject({ pattern: patternOption, content: z.string() })
const strip = z.looseObject({ strip_left: z.boolean(), strip_right: z.boolean() })
const bert = z.looseObject({
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  strip_accents: z.nullish(z.boolean()),
  lowercase: z.boolean(),
})
const precompiled = z.looseObject({ precompiled_charsmap: z.string() })

/** Builds tokenizer.json's `normalizer`. Throws `UNSUPPORTED` for an unknown type, `MALFORMED`. */
export async function readNormalizer(component: Component): Promise<Normalizer> {
  const type = typeOf(component)
  switch (type) {
    case 'Sequence':
      return sequence(await Promise.all(partsOf(component, 'normalizers').map(readNormalizer)), component)
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return keepingStart((text) => text.normalize(type))
    case 'Lowercase':
      return keepingStart(lowercase)
    case 'Prepend':
      return prepending(optionsOf(prepend, component).prepend, component)
    case 'Replace': {
      const { pattern, content } = optionsOf(replace, component)
      return replacing(await readPattern(pattern, component.where), content, component)
    }
    case 'Strip':
      return stripping(optionsOf(strip, component))
    case 'StripAccents':
      return without(new RegExp(marks, 'gu'))
    case 'Nmt':
      return sequence([withoutControls, keepingStart((text) => text.replace(nmtSpaces, ' '))], component)
    case 'BertNormalizer':
      return sequence(bertSteps(optionsOf(bert, component)), component)
    case 'ByteLevel':
      return keepingStart(spellBytes)
    case 'Precompiled': {
      const { precompiled_charsmap } = optionsOf(precompiled, component)
      const { readCharacterMap } = await import('./character-map.ts')
      return keepingStart(readCharacterMap(precompiled_charsmap, component))
    }
    default:
      throw unknownType(component, type)
  }
}

function sequence(steps: readonly Normalizer[], { where }: Component): Normalizer {
  return (section) =>
    steps.reduce((latest, step) => {
      const next = step(latest)
      checkGrowth(next.text.length, section.text.length, where)
      return next
    }, section)
}

const keepingStart =
  (change: (text: string) => string): Normalizer =>
  ({ text, atStart }) => ({ text: change(text), atStart })

/** Removes characters. */
const without =
  (characters: RegExp): Normalizer =>
  ({ text, atStart }) => {
    const left = text.replace(characters, '')
    return { text: left, atStart: atStart && text.codePointAt(0) === left.codePointAt(0) }
  }

/** Lower-cases characters individually: a capital sigma at the end of a word becomes σ, not ς as in JavaScript. */
function lowercase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase()).join('')
}

function prepending(prefix: string, { where }: Component): Normalizer {
  return ({ text, atStart }) => {
    checkGrowth(prefix.length, text.length, where)
    return { text: text && prefix + text, atStart }
  }
}

function replacing(pattern: Pattern, content: string, { where }: Component): Normalizer {
  return ({ text, atStart }) => {
    const found = text === '' ? [] : pattern.find(text)
    if (found.length === 0) return { text, atStart }
    const replaced = replaceFound(text, found, content, where)
    if (found[0] !== 0) return { text: replaced, atStart }
    // The library attributes the replacement of several characters to the last of them.
    const first = String.fromCodePoint(text.codePointAt(0)!).length
    const end = found[1]!
    return { text: replaced, atStart: end === 0 || (atStart && content !== '' && end === first) }
  }
}

/** Replaces all matches in a text. */
export function replaceFound(text: string, found: readonly number[], content: string, where: string): string {
  checkGrowth(text.length + (found.length / 2) * content.length, text.length, where)
  const parts: string[] = []
  let last = 0
  for (let i = 0; i < found.length; i += 2) {
    parts.push(text.slice(last, found[i]), content)
    last = found[i + 1]!
  }
  parts.push(text.slice(last))
  return parts.join('')
}

const isWhiteSpace = new RegExp(whiteSpace, 'u')

function stripping({ strip_left, strip_right }: z.infer<typeof strip>): Normalizer {
  return ({ text, atStart }) => {
    let [start, end] = [0, text.length]
    // All white space is a single UTF-16 unit.
    if (strip_left) while (start < end && isWhiteSpace.test(text[start]!)) start++
    if (strip_right) while (end > start && isWhiteSpace.test(text[end - 1]!)) end--
    return { text: text.slice(start, end), atStart: atStart && start === 0 }
  }
}

const withoutControls = without(/(?![\0\t\n\f\r\x80-\x8e\x90-\x9e])\p{Cc}/gu)
const nmtSpaces = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g

const chinese =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu

function bertSteps({
  clean_text,
  handle_chinese_chars,
  strip_accents,
  lowercase: isLower,
}: z.infer<typeof bert>): Normalizer[] {
  const clean = [
    without(/(?![\t\n\r])[\0\ufffd\p{Cc}\p{Cf}\p{Co}]/gu),
    keepingStart((text) => text.replace(new RegExp(whiteSpace, 'gu'), ' ')),
  ]
  const accents = [keepingStart((text) => text.normalize('NFD')), without(new RegExp(nonspacingMarks, 'gu'))]
  return [
    ...(clean_text ? clean : []),
    ...(handle_chinese_chars ? [keepingStart((text) => text.replace(chinese, ' $& '))] : []),
    ...((strip_accents ?? isLower) ? accents : []),
    ...(isLower ? [keepingStart(lowercase)] : []),
  ]
}
