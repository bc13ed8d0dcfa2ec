import type { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { AddedToken } from './added-tokens.ts'
import { whiteSpace, wordCharacters } from './characters.ts'
import { tokenizerError } from './component.ts'
import type { Normalizer, Section } from './normalizers.ts'
import { PrefixIndex } from './prefix-index.ts'

/** What of a model added tokens need: its tokens, and how many there are. */
export interface TokenTable {
  readonly size: number
  idOf(token: string): number | undefined
}

/** Part of a text: an added token's id, or what the model is to cut. */
export type Part = number | Section

export interface AddedVocabulary {
  /** Texts by ids, as the file has them. */
  readonly contents: ReadonlyMap<number, string>
  idOf(content: string): number | undefined
  /** The text that an id decodes to, where it is an added token's. */
  textOf(id: number): string | undefined
  isSpecial(text: string): boolean
  split(text: string): Part[]
}

interface Entry {
  readonly id: number
  readonly token: AddedToken
  /** What is searched for: the content, normalized where the token says so. */
  readonly text: string
}

/** Added tokens in use have up to 100 characters. */
const mostCharacters = 1000

/**
 * Adds tokens to a model's vocabulary as the tokenizers library does: one that the vocabulary has keeps its id there,
 * any other has the id after the last, and a token that comes again replaces the one before.
 *
 * @param batches tokens in the order in which they are added; what is the last id is found once for each batch
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

/** Cuts a text at added tokens: from left to right, at each place the longest. */
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
      // In white space that a token before took, the library finds tokens again, but for those that take it too.
      if (start < end) parts.push(id)
      last = end
    }
    pushText(text.length)
    return parts
  }
}

/** Which of them the library finds is chance. */
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
