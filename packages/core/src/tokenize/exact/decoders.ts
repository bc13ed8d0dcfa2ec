import * as z from 'zod/mini'
import type { Pattern } from '../patterns/pattern.ts'
import { characterBytes } from './byte-alphabet.ts'
import { type Component, checkGrowth, optionsOf, partsOf, typeOf, unknownType } from './component.ts'
import { patternOption, readPattern, replaceFound } from './normalizers.ts'
import { readMetaspace } from './pre-tokenizers.ts'

/** Converts tokens to parts of a text. */
export type Decoder = (tokens: readonly string[]) => string[]

const replace = z.looseObject({ pattern: patternOption, content: z.string() })
const count = z.int().check(z.nonnegative())
const strip = z.looseObject({ content: z.string().check(z.regex(/^.$/su)), start: count, stop: count })
const wordPiece = z.looseObject({ prefix: z.string(), cleanup: z.boolean() })
const bytePair = z.looseObject({ suffix: z.string() })

/** Builds tokenizer.json's `decoder`. Throws `UNSUPPORTED` for an unknown type, `MALFORMED`. */
export async function readDecoder(component: Component): Promise<Decoder> {
  const type = typeOf(component)
  switch (type) {
    case 'Sequence':
      return sequence(await Promise.all(partsOf(component, 'decoders').map(readDecoder)), component)
    case 'ByteLevel':
      return decodeByteLevel
    case 'ByteFallback':
      return decodeByteFallback
    case 'Fuse':
      return (tokens) => [tokens.join('')]
    case 'Replace': {
      const { pattern, content } = optionsOf(replace, component)
      return replacing(await readPattern(pattern, component.where), content, component)
    }
    case 'Strip':
      return stripping(optionsOf(strip, component))
    case 'Metaspace':
      return metaspaces(component)
    case 'WordPiece':
      return wordPieces(optionsOf(wordPiece, component))
    case 'BPEDecoder':
      return bytePairs(optionsOf(bytePair, component).suffix)
    default:
      throw unknownType(component, type)
  }
}

function sequence(steps: readonly Decoder[], { where }: Component): Decoder {
  const total = (tokens: readonly string[]) => tokens.reduce((sum, token) => sum + token.length, 0)
  return (tokens) => {
    const length = total(tokens)
    return steps.reduce<string[]>(
      (latest, step) => {
        const next = step(latest)
        checkGrowth(total(next), length, where)
        return next
      },
      [...tokens],
    )
  }
}

/** Decodes the tokens' bytes; a token outside the byte alphabet stands for itself. */
const decodeByteLevel: Decoder = (tokens) => {
  const bytes = tokens.flatMap((token) => {
    const known = Array.from(token, (character) => characterBytes.get(character))
    return known.includes(undefined) ? Array.from(new TextEncoder().encode(token)) : (known as number[])
  })
  return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))]
}

/** Invalid bytes become one U+FFFD each. */
const decodeByteFallback: Decoder = (tokens) => {
  const decoded: string[] = []
  let run: number[] = []
  const endRun = () => {
    if (run.length === 0) return
    try {
      decoded.push(new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(Uint8Array.from(run)))
    } catch {
      decoded.push(...run.map(() => '\uFFFD'))
    }
    run = []
  }
  for (const token of tokens) {
    const byte = /^<0x([0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>$/.exec(token)?.[1]
    if (byte) {
      run.push(Number.parseInt(byte, 16))
    } else {
      endRun()
      decoded.push(token)
    }
  }
  endRun()
  return decoded
}

function replacing(pattern: Pattern, content: string, { where }: Component): Decoder {
  return (tokens) =>
    tokens.map((token) => (token === '' ? '' : replaceFound(token, pattern.find(token), content, where)))
}

function stripping({ content, start, stop }: z.infer<typeof strip>): Decoder {
  return (tokens) =>
    tokens.map((token) => {
      const characters = Array.from(token)
      let from = 0
      while (from < Math.min(start, characters.length) && characters[from] === content) from++
      let to = characters.length
      while (characters.length - to < stop && to > from && characters[to - 1] === content) to--
      return characters.slice(from, to).join('')
    })
}

/** In the first token, all replacement characters are removed, not only a leading one. */
function metaspaces(component: Component): Decoder {
  const { replacement, scheme } = readMetaspace(component)
  return (tokens) =>
    tokens.map((token, i) => token.replaceAll(replacement, i === 0 && scheme !== 'never' ? '' : ' '))
}

function wordPieces({ prefix, cleanup }: z.infer<typeof wordPiece>): Decoder {
  return (tokens) =>
    tokens.map((token, i) => {
      const joined = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
      return cleanup ? cleanUpSpaces(joined, [[' do not', " don't"]]) : joined
    })
}

function bytePairs(suffix: string): Decoder {
  return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '))
}

type Replacement = readonly [from: string, to: string]

const beforeMarks: readonly Replacement[] = [
  ...['.', '?', '!', ','].map((mark): Replacement => [` ${mark}`, mark]),
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
]
const contractions = ["'s", "'ve", "'re"].map((end): Replacement => [` ${end}`, end])

/** Removes the spaces that word pieces leave before punctuation in English text. */
export function cleanUpSpaces(text: string, more: readonly Replacement[] = []): string {
  return [...beforeMarks, ...more, ...contractions].reduce(
    (latest, [from, to]) => latest.replaceAll(from, to),
    text,
  )
}
