import * as z from 'zod/mini'
import { compilePattern } from '../patterns/compile-pattern.ts'
import { gpt2Split } from '../patterns/known-patterns.ts'
import { expressionPattern, literalPattern, type Pattern } from '../patterns/pattern.ts'
import { spellBytes } from './byte-alphabet.ts'
import { numeric, punctuation, whiteSpace, wordCharacters } from './characters.ts'
import {
  type Component,
  checkGrowth,
  optionsOf,
  partsOf,
  tokenizerError,
  typeOf,
  unknownType,
} from './component.ts'
import { patternOption, readPattern } from './normalizers.ts'
import { type SplitBehavior, splitBehaviors, splitText } from './split-text.ts'

/** Words for the model to split further; none is empty. */
export interface Words {
  readonly words: readonly string[]
  /** Whether the first word starts where the whole text does. */
  readonly atStart: boolean
}

export type PreTokenizer = (words: Words) => Words

const behavior = z.enum(splitBehaviors)
const byteLevel = z.looseObject({ add_prefix_space: z.boolean(), use_regex: z.optional(z.boolean()) })
const split = z.looseObject({ pattern: patternOption, behavior, invert: z.boolean() })
const punctuationOptions = z.looseObject({ behavior: z.optional(behavior) })
const digits = z.looseObject({ individual_digits: z.boolean() })
const oneCharacter = z.string().check(z.regex(/^.$/su))
const delimiter = z.looseObject({ delimiter: oneCharacter })
const fixedLength = z.looseObject({ length: z.optional(z.int().check(z.positive())) })
const metaspace = z.looseObject({
  replacement: oneCharacter,
  add_prefix_space: z.nullish(z.boolean()),
  prepend_scheme: z.optional(z.enum(['first', 'never', 'always'])),
  split: z.nullish(z.boolean()),
})

/** Builds tokenizer.json's `pre_tokenizer`. Throws `UNSUPPORTED` for an unknown type, `MALFORMED`. */
export async function readPreTokenizer(component: Component): Promise<PreTokenizer> {
  const type = typeOf(component)
  switch (type) {
    case 'Sequence':
      return sequence(await Promise.all(partsOf(component, 'pretokenizers').map(readPreTokenizer)), component)
    case 'ByteLevel':
      return spellingBytes(optionsOf(byteLevel, component), component)
    case 'Metaspace':
      return metaspaces(readMetaspace(component))
    case 'Split': {
      const { pattern, behavior, invert } = optionsOf(split, component)
      return splitting(await readPattern(pattern, component.where), behavior, invert)
    }
    case 'Punctuation':
      return splitting(each(punctuation), optionsOf(punctuationOptions, component).behavior ?? 'Isolated')
    case 'Digits':
      return splitting(
        each(numeric),
        optionsOf(digits, component).individual_digits ? 'Isolated' : 'Contiguous',
      )
    case 'WhitespaceSplit':
      return atWhiteSpace
    case 'Whitespace':
      return splitting(each(`[${wordCharacters}]+|[^${wordCharacters}${whiteSpace}]+`), 'Removed', true)
    case 'BertPreTokenizer':
      return sequence([atWhiteSpace, splitting(each(punctuation), 'Isolated')], component)
    case 'CharDelimiterSplit':
      return splitting(literalPattern(optionsOf(delimiter, component).delimiter), 'Removed')
    case 'FixedLength':
      return inLengths(optionsOf(fixedLength, component).length ?? 5)
    default:
      throw unknownType(component, type)
  }
}

/** One of our own expressions, which match in linear time. */
const each = (source: string): Pattern => expressionPattern(new RegExp(source, 'gu'))

function sequence(steps: readonly PreTokenizer[], { where }: Component): PreTokenizer {
  return (words) => {
    const length = total(words)
    return steps.reduce((latest, step) => {
      const next = step(latest)
      checkGrowth(total(next), length, where)
      return next
    }, words)
  }
}

const total = ({ words }: Words) => words.reduce((sum, word) => sum + word.length, 0)

/** Changes and splits each word individually. */
function eachWord(cut: (word: string, atStart: boolean) => string[]): PreTokenizer {
  return ({ words, atStart }) => {
    const cuts = words.map((word, i) => cut(word, atStart && i === 0))
    return { words: cuts.flat(), atStart: atStart && cuts[0] !== undefined && cuts[0].length > 0 }
  }
}

function splitting(pattern: Pattern, behavior: SplitBehavior, isInverted = false): PreTokenizer {
  return ({ words, atStart }) => {
    const cuts = words.map((word) => splitText(word, pattern.find(word), behavior, isInverted))
    // The first word may have lost its beginning.
    const keeps = words[0] !== undefined && cuts[0]!.length > 0 && words[0].startsWith(cuts[0]![0]!)
    return { words: cuts.flat(), atStart: atStart && keeps }
  }
}

const atWhiteSpace = splitting(each(whiteSpace), 'Removed')

async function spellingBytes(
  { add_prefix_space, use_regex = true }: z.infer<typeof byteLevel>,
  { where }: Component,
): Promise<PreTokenizer> {
  const pattern = use_regex ? await compilePattern(gpt2Split, where) : undefined
  return eachWord((word) => {
    const text = add_prefix_space && !word.startsWith(' ') ? ` ${word}` : word
    const words = pattern ? splitText(text, pattern.find(text), 'Isolated') : [text]
    return words.map(spellBytes)
  })
}

export interface Metaspace {
  readonly replacement: string
  readonly scheme: 'first' | 'never' | 'always'
  readonly splits: boolean
}

export function readMetaspace(component: Component): Metaspace {
  const { replacement, add_prefix_space, prepend_scheme = 'always', split } = optionsOf(metaspace, component)
  if (add_prefix_space === false && prepend_scheme !== 'never')
    throw tokenizerError(
      'MALFORMED',
      `\`${component.where}.prepend_scheme\` to be never, as add_prefix_space is false`,
      {
        found: prepend_scheme,
      },
    )
  return { replacement, scheme: prepend_scheme, splits: split ?? true }
}

function metaspaces({ replacement, scheme, splits }: Metaspace): PreTokenizer {
  const pattern = literalPattern(replacement)
  return eachWord((word, atStart) => {
    let text = word.replaceAll(' ', () => replacement)
    const prefixes = scheme === 'always' || (scheme === 'first' && atStart)
    if (prefixes && !text.startsWith(replacement)) text = replacement + text
    return splits ? splitText(text, pattern.find(text), 'MergedWithNext') : [text]
  })
}

function inLengths(length: number): PreTokenizer {
  return eachWord((word) => {
    const characters = Array.from(word)
    return Array.from({ length: Math.ceil(characters.length / length) }, (_, i) =>
      characters.slice(i * length, (i + 1) * length).join(''),
    )
  })
}
