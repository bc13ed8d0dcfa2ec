import { PatchError } from '../errors.ts'

/** Tokens in use have up to 64 characters; the time to cut them grows with the square. */
const longest = 256

interface Candidate {
  readonly pair: readonly [string, string]
  readonly score: number
  readonly leftLength: number
  readonly rightLength: number
}

/**
 * The merges that a SentencePiece vocabulary implies: every way to cut a token into two tokens, best token first,
 * longer left part first, longer right part first, lower ids first. This is transformers' order
 * (`generate_merges`), so that equal ranks fall as they do there.
 *
 * tokens: [V], in the order of their ids, of at most 256 characters, else `UNSUPPORTED`; scores: [V], higher is merged
 * earlier.
 */
export function sentencePieceMerges(
  tokens: readonly string[],
  scores: readonly number[],
): (readonly [string, string])[] {
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const candidates: Candidate[] = []
  for (const [token, id] of ids) {
    if (token.length > 2 * longest) throw tooLong(token)
    const characters = Array.from(token)
    if (characters.length > longest) throw tooLong(token)
    const cuts: Candidate[] = []
    for (let cut = 1; cut < characters.length; cut++) {
      const left = characters.slice(0, cut).join('')
      const right = token.slice(left.length)
      if (!ids.has(left) || !ids.has(right)) continue
      cuts.push({
        pair: [left, right],
        score: scores[id]!,
        leftLength: cut,
        rightLength: characters.length - cut,
      })
    }
    const idOf = (part: string) => ids.get(part)!
    cuts.sort((a, b) => idOf(a.pair[0]) - idOf(b.pair[0]) || idOf(a.pair[1]) - idOf(b.pair[1]))
    candidates.push(...cuts)
  }
  candidates.sort((a, b) => b.score - a.score || b.leftLength - a.leftLength || b.rightLength - a.rightLength)
  return candidates.map((candidate) => candidate.pair)
}

function tooLong(token: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `SentencePiece tokens of at most ${longest} characters`,
    found: `one of ${token.length}`,
    remedy: 'Convert the model to GGUF again',
  })
}
