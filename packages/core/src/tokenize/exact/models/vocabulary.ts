import { describeValue } from '../../../text/describe-value.ts'
import { excerpt } from '../../../text/printable.ts'
import type { TokenTable } from '../added-vocabulary.ts'
import { type Component, tokenizerError } from '../component.ts'

/** Splits words into tokens of its vocabulary. */
export interface Model extends TokenTable {
  readonly type: 'BPE' | 'WordPiece' | 'WordLevel' | 'Unigram'
  /** Tokens with their ids; if two share an id, the later one counts. */
  readonly entries: Iterable<readonly [token: string, id: number]>
  textOf(id: number): string | undefined
  /** The ids of a non-empty word. */
  tokenize(word: string): readonly number[]
}

export interface Vocabulary extends TokenTable {
  readonly entries: ReadonlyMap<string, number>
  textOf(id: number): string | undefined
}

/** Maximum number of unused ids: known vocabularies have few. */
const mostHoles = 100_000

/** Parses a `model.vocab` that maps tokens to ids. Throws `MALFORMED`. */
export function readVocabulary(value: unknown, { where }: Component): Vocabulary {
  const expected = `\`${where}.vocab\` of tokenizer.json to give each token an id`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw tokenizerError('MALFORMED', expected, { found: describeValue(value) })
  const pairs = Object.entries(value)
  const most = 2 * pairs.length + mostHoles
  const byId: string[] = []
  for (const [token, id] of pairs) {
    if (!Number.isInteger(id) || id < 0 || id >= most)
      throw tokenizerError(
        'MALFORMED',
        `${expected}, a whole number below ${most} as there are ${pairs.length}`,
        {
          found: `${describeValue(id)} for ${excerpt(token)}`,
        },
      )
    if (byId[id] !== undefined)
      throw tokenizerError('MALFORMED', `${expected} of its own`, {
        found: `${id} for ${excerpt(byId[id])} and ${excerpt(token)}`,
      })
    byId[id] = token
  }
  const entries = new Map<string, number>(pairs)
  return {
    entries,
    size: pairs.length,
    idOf: (token) => entries.get(token),
    textOf: (id) => byId[id],
  }
}

/** The ids of the byte tokens, such as <0x0A>, for a text's bytes; undefined if the vocabulary lacks one of them. */
export function byteTokens(text: string, { idOf }: TokenTable): number[] | undefined {
  const ids = Array.from(new TextEncoder().encode(text), (byte) =>
    idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  )
  return ids.includes(undefined) ? undefined : (ids as number[])
}
