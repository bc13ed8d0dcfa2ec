import { PatchError } from '../../errors.ts'

/** Known tokens have up to 64 characters; the time to split them is quadratic. */
const longest = 256

interface Candidate {
  readonly pair: readonly [string, string]
  readonly leftId: number
  readonly rightId: number
  readonly score: number
  readonly leftLength: number
  readonly rightLength: number
}

/**
 * The merges implied by a SentencePiece vocabulary: every way to split a token into two tokens, best token first, longer left
 * part first, longer right part first, lower ids first. This is transformers' order (`generate_merges`), so that ties are
 * resolved in the same way.
 *
 * tokens: [V], in id order, of at most 256 characters, else `UNSUPPORTED`; scores: [V], higher is merged earlier.
 */
export function sentencePieceMerges(
  tokens: readonly string[],
  scores: readonly number[],
): (readonly [string, string])[] {
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const candidates: Candidate[] = []
  for (const [token, id] of ids) {
    const length = lengthOf(token)
    if (length > longest) throw tooLong(token)
    const cuts: Candidate[] = []
    for (let at = 0, cut = 1; cut < length; cut++) {
      at += token.codePointAt(at)! > 0xffff ? 2 : 1
      const left = token.slice(0, at)
      const leftId = ids.get(left)
      if (leftId === undefined) continue
      const right = token.slice(at)
      const rightId = ids.get(right)
      if (rightId === undefined) continue
      const [score, rightLength] = [scores[id]!, length - cut]
      cuts.push({ pair: [left, right], leftId, rightId, score, leftLength: cut, rightLength })
    }
    if (cuts.length > 1) cuts.sort((a, b) => a.leftId - b.leftId || a.rightId - b.rightId)
    candidates.push(...cuts)
  }
  candidates.sort((a, b) => b.score - a.score || b.leftLength - a.leftLength || b.rightLength - a.rightLength)
  return candidates.map((candidate) => candidate.pair)
}

/** In characters; any number above `longest` if it is certainly more. */
function lengthOf(token: string): number {
  if (token.length > 2 * longest) return token.length
  let length = 0
  for (const _ of token) length++
  return length
}

function tooLong(token: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `SentencePiece tokens of at most ${longest} characters`,
    found: `one of ${token.length}`,
    remedy: 'Convert the model to GGUF again',
  })
}
