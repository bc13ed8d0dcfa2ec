import * as z from 'zod/mini'
import { describeValue } from '../../../text/describe-value.ts'
import { type Component, optionsOf, tokenizerError } from '../component.ts'
import { PrefixIndex } from '../prefix-index.ts'
import { byteTokens, type Model } from './vocabulary.ts'

const options = z.looseObject({
  unk_id: z.nullish(z.int().check(z.nonnegative())),
  byte_fallback: z.optional(z.boolean()),
})

/** How much less likely an unknown character is than the least likely token. */
const unknownPenalty = 10
/** Known tokens have up to 64 characters; splitting time grows with the length. */
const longestToken = 128

/** Unigram: the most likely way to split a word. */
export function readUnigram(component: Component): Model {
  const { unk_id, byte_fallback } = optionsOf(options, component)
  const pieces = readPieces((component.config as { vocab?: unknown }).vocab, component)
  if (unk_id != null && unk_id >= pieces.length)
    throw tokenizerError(
      'MALFORMED',
      `\`${component.where}.unk_id\` of tokenizer.json to be below ${pieces.length}`,
      {
        found: String(unk_id),
      },
    )
  const ids = new Map(pieces.map(([token], id) => [token, id]))
  const idOf = (token: string) => ids.get(token)
  const index = new PrefixIndex([...ids.keys()].filter((token) => token !== ''))
  const idsByNumber = Int32Array.from(index.texts, (token) => ids.get(token)!)
  const unknownScore = pieces.reduce((least, [, score]) => Math.min(least, score), Infinity) - unknownPenalty
  const unknown = () => {
    if (unk_id != null) return unk_id
    throw tokenizerError('MALFORMED', `\`${component.where}.unk_id\` of tokenizer.json`, {
      found: 'none, and a character that the vocabulary lacks',
    })
  }

  /** For each position, where the best path to it comes from, and the token it ends with. */
  const bestWays = (word: string) => {
    const scores = new Float64Array(word.length + 1)
    const origins = new Int32Array(word.length + 1).fill(-1)
    const tokens = new Int32Array(word.length + 1)
    const offer = (from: number, to: number, score: number, token: number) => {
      if (origins[to] !== -1 && score <= scores[to]!) return
      scores[to] = score
      origins[to] = from
      tokens[to] = token
    }
    for (let from = 0; from < word.length; ) {
      const width = word.codePointAt(from)! > 0xffff ? 2 : 1
      let isKnown = false
      for (const number of index.at(word, from)) {
        const id = idsByNumber[number]!
        const [token, score] = pieces[id]!
        offer(from, from + token.length, score + scores[from]!, id)
        isKnown ||= token.length === width
      }
      if (!isKnown) offer(from, from + width, unknownScore + scores[from]!, unknown())
      from += width
    }
    return { origins, tokens }
  }

  /** The parts of a word; consecutive unknown characters form one part. */
  const cut = (word: string): string[] => {
    const { origins, tokens } = bestWays(word)
    const parts: string[] = []
    let unknownEnd = -1
    for (let end = word.length; end > 0; end = origins[end]!) {
      const isUnknown = tokens[end] === unk_id
      if (!isUnknown && unknownEnd >= 0) parts.push(word.slice(end, unknownEnd))
      if (!isUnknown) parts.push(word.slice(origins[end]!, end))
      unknownEnd = isUnknown ? Math.max(unknownEnd, end) : -1
    }
    if (unknownEnd >= 0) parts.push(word.slice(0, unknownEnd))
    return parts.reverse()
  }

  return {
    type: 'Unigram',
    entries: pieces.map(([token], id) => [token, id]),
    size: pieces.length,
    idOf,
    textOf: (id) => pieces[id]?.[0],
    tokenize: (word) =>
      cut(word).flatMap((part) => {
        const id = ids.get(part)
        if (id !== undefined) return [id]
        return (byte_fallback ? byteTokens(part, { idOf, size: 0 }) : undefined) ?? [unknown()]
      }),
  }
}

type Piece = readonly [token: string, score: number]

function readPieces(vocab: unknown, { where }: Component): readonly Piece[] {
  const expected = `\`${where}.vocab\` of tokenizer.json to be a list of tokens of at most ${longestToken} characters with their scores`
  if (!Array.isArray(vocab)) throw tokenizerError('MALFORMED', expected, { found: describeValue(vocab) })
  const wrong = vocab.findIndex((piece) => !isPiece(piece))
  if (wrong >= 0)
    throw tokenizerError('MALFORMED', expected, {
      found: `${describeValue(vocab[wrong])} at ${wrong}`,
    })
  return vocab
}

function isPiece(value: unknown): value is Piece {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [token, score] = value
  return typeof token === 'string' && token.length <= longestToken && Number.isFinite(score)
}
