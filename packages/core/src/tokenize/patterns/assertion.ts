import type { AssertionNode } from 'oniguruma-parser/parser'
import { characterSet, unsupported } from './character-set.ts'

/** A position in a text, with its characters. */
export interface Place {
  readonly codePoints: Int32Array
  readonly at: number
}

const word = characterSet({ type: 'CharacterSet', kind: 'word' }, false)

/** The condition of an assertion such as ^, as in Oniguruma. */
export function assertion({ kind, negate }: AssertionNode): (place: Place) => boolean {
  const lineFeed = 0x0a
  switch (kind) {
    case 'line_start':
      return ({ codePoints, at }) => at === 0 || (at < codePoints.length && codePoints[at - 1] === lineFeed)
    case 'line_end':
      return ({ codePoints, at }) => at === codePoints.length || codePoints[at] === lineFeed
    case 'string_start':
      return ({ at }) => at === 0
    case 'string_end':
      return ({ codePoints, at }) => at === codePoints.length
    case 'string_end_newline':
      return ({ codePoints, at }) =>
        at === codePoints.length || (at === codePoints.length - 1 && codePoints[at] === lineFeed)
    case 'word_boundary':
      return ({ codePoints, at }) => {
        const before = at > 0 && word(codePoints[at - 1]!)
        const after = at < codePoints.length && word(codePoints[at]!)
        return (before !== after) !== (negate === true)
      }
    default:
      return unsupported(`the assertion ${kind}`)
  }
}
