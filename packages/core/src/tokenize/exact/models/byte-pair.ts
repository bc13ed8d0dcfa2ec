import * as z from 'zod/mini'
import { describeValue } from '../../../text/describe-value.ts'
import { excerpt } from '../../../text/printable.ts'
import { type Component, optionsOf, tokenizerError } from '../component.ts'
import { mergeSymbols } from './merge-symbols.ts'
import { MergeTable } from './merge-table.ts'
import { byteTokens, type Model, readVocabulary, type Vocabulary } from './vocabulary.ts'

const text = z.nullish(z.string())
const flag = z.nullish(z.boolean())
const options = z.looseObject({
  dropout: z.nullish(z.number()),
  unk_token: text,
  continuing_subword_prefix: text,
  end_of_word_suffix: text,
  fuse_unk: flag,
  byte_fallback: flag,
  ignore_merges: flag,
})

/** Maximum length of cached words in UTF-16 units, and their maximum number. */
const longestRemembered = 256
const mostRemembered = 10_000
/** Maximum that `mergeSymbols` can handle; known tokenizers have half a million. */
const mostMerges = 2 ** 21

/** Byte-pair encoding: starts from characters and merges pairs into tokens in the order of their ranks. */
export function readBytePairs(component: Component): Model {
  const config = component.config as Record<string, unknown>
  const settings = optionsOf(options, component)
  if (settings.dropout)
    throw tokenizerError('UNSUPPORTED', `no \`${component.where}.dropout\`, which makes ids random`, {
      found: String(settings.dropout),
    })
  if (settings.byte_fallback && (settings.continuing_subword_prefix || settings.end_of_word_suffix))
    throw tokenizerError(
      'UNSUPPORTED',
      `\`${component.where}.byte_fallback\` without prefixes and suffixes of subwords`,
      {
        found: 'both, which the tokenizers library does not support either',
      },
    )
  const vocabulary = readVocabulary(config.vocab, component)
  const merges = readMerges(config.merges, vocabulary, settings.continuing_subword_prefix ?? '', component)
  const symbolsOf = symbolCutter(settings, vocabulary)
  const remembered = new Map<string, readonly number[]>()

  return {
    type: 'BPE',
    ...vocabulary,
    tokenize(word) {
      const whole = settings.ignore_merges ? vocabulary.idOf(word) : undefined
      if (whole !== undefined) return [whole]
      const known = remembered.get(word)
      if (known) return known
      const ids = mergeSymbols(symbolsOf(word), merges)
      if (word.length <= longestRemembered) {
        if (remembered.size === mostRemembered) remembered.clear()
        remembered.set(word, ids)
      }
      return ids
    },
  }
}

/** Splits a word into the tokens of its characters, before any merge. */
function symbolCutter(settings: z.infer<typeof options>, vocabulary: Vocabulary): (word: string) => number[] {
  const { fuse_unk, byte_fallback } = settings
  const unknownToken = settings.unk_token ?? undefined
  const prefix = settings.continuing_subword_prefix ?? ''
  const suffix = settings.end_of_word_suffix ?? ''
  return (word) => {
    const symbols: number[] = []
    let hasUnknown = false
    const pushUnknown = () => {
      if (hasUnknown) symbols.push(unknownId(unknownToken!, vocabulary))
      hasUnknown = false
    }
    let at = 0
    for (const character of word) {
      const isFirst = at === 0
      at += character.length
      const symbol = `${isFirst ? '' : prefix}${character}${at === word.length ? suffix : ''}`
      const id = vocabulary.idOf(symbol)
      if (id !== undefined) {
        pushUnknown()
        symbols.push(id)
        continue
      }
      const bytes = byte_fallback ? byteTokens(symbol, vocabulary) : undefined
      // Like the library, does not flush a pending unknown character here.
      if (bytes) symbols.push(...bytes)
      else if (unknownToken !== undefined) {
        if (!fuse_unk) pushUnknown()
        hasUnknown = true
      }
    }
    pushUnknown()
    return symbols
  }
}

function unknownId(token: string, vocabulary: Vocabulary): number {
  const id = vocabulary.idOf(token)
  if (id !== undefined) return id
  throw tokenizerError('MALFORMED', 'the unknown token of tokenizer.json to be in its vocabulary', {
    found: `${excerpt(token)}, which is not, and a character that the vocabulary lacks`,
  })
}

function readMerges(
  merges: unknown,
  { entries }: Vocabulary,
  prefix: string,
  { where }: Component,
): MergeTable {
  const malformed = (what: string, at: number, found: string) =>
    tokenizerError('MALFORMED', `\`${where}.merges\` of tokenizer.json to be ${what}`, {
      found: at < 0 ? found : `${found} at ${at}`,
    })
  if (!Array.isArray(merges)) throw malformed('a list', -1, describeValue(merges))
  if (merges.length > mostMerges) throw malformed(`a list of at most ${mostMerges}`, -1, `${merges.length}`)
  const table = new MergeTable(merges.length)
  const id = (token: string, at: number) => {
    const found = entries.get(token)
    if (found === undefined) throw malformed('of tokens in the vocabulary', at, excerpt(token))
    return found
  }
  const isText = merges.every((merge) => typeof merge === 'string')
  const listed = isText ? merges.filter((merge) => !merge.startsWith('#version')) : merges
  listed.forEach((merge: unknown, rank) => {
    const pair = typeof merge === 'string' ? (isText ? merge.split(' ') : []) : merge
    if (!isPair(pair)) throw malformed('pairs of tokens, all in one form', rank, describeValue(merge))
    const [left, right] = pair
    if (!right.startsWith(prefix))
      throw malformed(`pairs whose second begins with ${excerpt(prefix)}`, rank, describeValue(merge))
    table.set(id(left, rank), id(right, rank), rank, id(left + right.slice(prefix.length), rank))
  })
  return table
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}
