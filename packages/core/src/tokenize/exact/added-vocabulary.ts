import type { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { AddedToken } from './added-tokens.ts'
import { whiteSpace, wordCharacters } from './characters.ts'
import { tokenizerError } from './component.ts'
import type { Normalizer, Section } from './normalizers.ts'
import { PrefixIndex } from './prefix-index.ts'

/** What added tokens need from a model: its tokens, and their number. */
export interface TokenTable {
  readonly size: number
  idOf(token: string): number | undefined
}

/** Part of a text: an added token's id, or text for the model to split. */
export type Part = number | Section

export interface AddedVocabulary {
  /** Contents by id, as in the file. */
  readonly contents: ReadonlyMap<number, string>
  idOf(content: string): number | undefined
  /** The text that an added token's id decodes to. */
  textOf(id: number): string | undefined
  isSpecial(text: string): boolean
  split(text: string): Part[]
}

interface Entry {
  readonly id: number
  readonly token: AddedToken
  /** The text to search for: the content, normalized if the token says so. */
  readonly text: string
}

/** Known added tokens have up to 100 characters. */
const mostCharacters = 1000

/**
 * Adds tokens to a model's vocabulary as the tokenizers library does: a token in the vocabulary keeps its id, any other gets the
 * next free id, and a repeated token replaces the earlier one.
 *
 * @param batches tokens in the order in which they are added; the next free id is determined once per batch
 */
export function addTokens(
  batches: readonly (readonly AddedToken[])[],
  model: TokenTable,
  normalize: Normalizer | undefined,
): AddedVocabulary {
  const ids = new Map<string, number>()
  const entries = new Map<number, Entry>()
  const special = new Set<string>()
  let last = -1
  const add = (token: AddedToken, id: number) => {
    const { content } = token
    last = Math.max(last, id)
    ids.set(content, id)
    const text = token.normalized && normalize ? normalize({ text: content, atStart: true }).text : content
    if (text === '')
      throw tokenizerError('UNSUPPORTED', 'added tokens that are something once they are normalized', {
        found: excerpt(content),
      })
    entries.set(id, { id, token, text })
    if (token.special) special.add(content)
  }
  for (const batch of batches) {
    let next = Math.max(model.size, last + 1)
    for (const token of batch) {
      const { content } = token
      if (content.length > mostCharacters)
        throw tokenizerError('UNSUPPORTED', `added tokens of at most ${mostCharacters} characters`, {
          found: `one of ${content.length}`,
        })
      const known = ids.get(content) ?? model.idOf(content)
      if (content === '' || (known === undefined && token.onlyIfKnown)) continue
      add(token, known ?? next++)
    }
  }
  const isNormalized = ({ token }: Entry) => token.normalized
  const plain = finder([...entries.values()].filter((entry) => !isNormalized(entry)))
  const normalized = finder([...entries.values()].filter(isNormalized))
  return {
    contents: new Map([...entries].map(([id, { token }]) => [id, token.content])),
    idOf: (content) => ids.get(content),
    textOf: (id) => entries.get(id)?.text,
    isSpecial: (text) => special.has(text),
    split: (text) =>
      plain({ text, atStart: true }).flatMap((part): Part[] =>
        typeof part === 'number' ? [part] : normalized(normalize ? normalize(part) : part),
      ),
  }
}

/** Splits a text at added tokens, left to right, taking the longest match at each position. */
function finder(entries: readonly Entry[]): (section: Section) => Part[] {
  if (entries.length === 0) return (section) => (section.text === '' ? [] : [section])
  const byText = new Map(entries.map((entry) => [entry.text, entry]))
  if (byText.size < entries.length) throw sameOnceNormalized(entries, byText)
  const index = new PrefixIndex(byText.keys())
  const sorted = index.texts.map((text) => byText.get(text)!)
  return ({ text, atStart }) => {
    const parts: Part[] = []
    let last = 0
    let spaceEnd = 0
    const pushText = (end: number) => {
      if (last < end) parts.push({ text: text.slice(last, end), atStart: atStart && last === 0 })
    }
    for (let at = 0; at < text.length; ) {
      const longest = index.at(text, at).at(-1)
      if (longest === undefined) {
        at++
        continue
      }
      const { id, token, text: matched } = sorted[longest]!
      let [start, end] = [at, at + matched.length]
      at = end
      if (token.single_word && isWithinWord(text, start, end)) continue
      if (token.lstrip) start = Math.max(last, spaceBefore(text, start, last))
      if (token.rstrip) end = spaceEnd = end < spaceEnd ? spaceEnd : spaceAfter(text, end)
      pushText(start)
      // The library matches tokens again within white space that an earlier token consumed, except tokens that consume it too.
      if (start < end) parts.push(id)
      last = end
    }
    pushText(text.length)
    return parts
  }
}

/** The library would match one of them by chance. */
function sameOnceNormalized(entries: readonly Entry[], byText: ReadonlyMap<string, Entry>): PatchError {
  const other = entries.find((entry) => byText.get(entry.text) !== entry)!
  const contents = [other, byText.get(other.text)!].map(({ token }) => excerpt(token.content))
  return tokenizerError('UNSUPPORTED', 'added tokens that differ once they are normalized', {
    found: `${contents.join(' and ')}, which do not`,
  })
}

const wordEnd = new RegExp(`[${wordCharacters}]$`, 'u')
const wordStart = new RegExp(`^[${wordCharacters}]`, 'u')
const isSpace = new RegExp(whiteSpace, 'u')

function isWithinWord(text: string, start: number, end: number): boolean {
  // Two units hold a character of any plane.
  return wordEnd.test(text.slice(Math.max(0, start - 2), start)) || wordStart.test(text.slice(end, end + 2))
}

function spaceBefore(text: string, start: number, from: number): number {
  let at = start
  while (at > from && isSpace.test(text[at - 1]!)) at--
  return at
}

function spaceAfter(text: string, end: number): number {
  let at = end
  while (at < text.length && isSpace.test(text[at]!)) at++
  return at
}
