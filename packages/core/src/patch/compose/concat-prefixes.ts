import { PatchError } from '../../errors.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { joinEmbeddings } from '../../model/language-model/prefix.ts'
import { checkUngated } from './check-ungated.ts'

/**
 * [P₁; P₂; …]: prefixes one after the other, as arXiv 2511.08484 stacks them. The order matters: a later one sees the
 * earlier ones, and stands nearer to the prompt.
 *
 * @throws `INVALID_ARGUMENT` for a prefix that is a parallel stack, which nothing can stand in a row with, and for one with a
 *   gate, which could not decide on itself alone.
 */
export function concatPrefixes(prefixes: readonly Prefix[]): Prefix {
  const [only] = prefixes
  if (only && prefixes.length === 1) return only
  checkUngated(prefixes, 'concat')
  if (prefixes.some(({ parts }) => parts)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'prefixes with one part each',
      found: 'a parallel stack',
      remedy: 'Combine its parts, use method parallel, or compress it first',
    })
  }
  return joinEmbeddings(prefixes)
}
