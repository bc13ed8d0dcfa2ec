import * as z from 'zod/mini'
import { excerpt } from '../../../text/printable.ts'
import { type Component, optionsOf, tokenizerError } from '../component.ts'
import { type Model, readVocabulary, type Vocabulary } from './vocabulary.ts'

const pieceOptions = z.looseObject({
  unk_token: z.string(),
  continuing_subword_prefix: z.string(),
  max_input_chars_per_word: z.int().check(z.nonnegative()),
})

/** Longer words would take too long, because the time is quadratic. Known models have a limit of 100. */
const longestWord = 1000

/** WordPiece: takes the longest token from left to right; otherwise the whole word is unknown. */
export function readWordPiece(component: Component): Model {
  const options = optionsOf(pieceOptions, component)
  const { continuing_subword_prefix: prefix, max_input_chars_per_word: most } = options
  if (most > longestWord)
    throw tokenizerError(
      'UNSUPPORTED',
      `\`${component.where}.max_input_chars_per_word\` of at most ${longestWord}`,
      {
        found: String(most),
      },
    )
  const vocabulary = readVocabulary((component.config as { vocab?: unknown }).vocab, component)
  const unknown = [unknownId(options.unk_token, vocabulary, component)]
  return {
    type: 'WordPiece',
    ...vocabulary,
    tokenize(word) {
      const characters = Array.from(word)
      if (characters.length > most) return unknown
      const ids: number[] = []
      for (let start = 0; start < characters.length; ) {
        let end = characters.length
        let id: number | undefined
        for (; end > start; end--) {
          id = vocabulary.idOf((start > 0 ? prefix : '') + characters.slice(start, end).join(''))
          if (id !== undefined) break
        }
        if (id === undefined) return unknown
        ids.push(id)
        start = end
      }
      return ids
    },
  }
}

const levelOptions = z.looseObject({ unk_token: z.string() })

/** WordLevel: each word is one token. */
export function readWordLevel(component: Component): Model {
  const { unk_token } = optionsOf(levelOptions, component)
  const vocabulary = readVocabulary((component.config as { vocab?: unknown }).vocab, component)
  const unknown = unknownId(unk_token, vocabulary, component)
  return {
    type: 'WordLevel',
    ...vocabulary,
    tokenize: (word) => [vocabulary.idOf(word) ?? unknown],
  }
}

function unknownId(token: string, vocabulary: Vocabulary, { where }: Component): number {
  const id = vocabulary.idOf(token)
  if (id !== undefined) return id
  throw tokenizerError('MALFORMED', `\`${where}.unk_token\` of tokenizer.json to be in its vocabulary`, {
    found: excerpt(token),
  })
}
