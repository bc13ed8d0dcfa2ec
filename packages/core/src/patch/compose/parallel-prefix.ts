import { PatchError } from '../../errors.ts'
import type { Prefix, PrefixPart } from '../../model/language-model/language-model.ts'
import { joinEmbeddings, partsOf } from '../../model/language-model/prefix.ts'

/**
 * A prefix of parts that are applied in parallel: each attends to itself alone, all from position 0, and tokens, which start
 * after the longest, attend to all, with log w added to their attention logits of a part of weight w. What it does does not
 * depend on the order of the parts: they are put in one that their numbers decide, so that not even rounding does. Parts of a
 * part are taken for themselves, their weights multiplied.
 *
 * @param parts weights of at least 0; a part of weight 0 is left out, exactly
 * @throws `INVALID_ARGUMENT` if no part is left, or for a weight that is no number from 0 up.
 */
export function parallelPrefix(parts: readonly PrefixPart[]): Prefix {
  const bad = parts.find(({ weight }) => !(weight >= 0 && Number.isFinite(weight)))
  const kept = parts
    .filter(({ weight }) => weight > 0)
    .flatMap(({ prefix, weight }) =>
      partsOf(prefix).map((part) => ({ prefix: part.prefix, weight: part.weight * weight })),
    )
  if (bad || kept.length === 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'parts with weights of at least 0, at least one above 0',
      found: bad ? `weight ${bad.weight}` : `${parts.length} parts, none with a weight above 0`,
      remedy: 'Use weights such as 1; to use no patch, apply none',
    })
  }
  const [only] = kept
  // Alone, a weight of 1 changes nothing, and it is the plain prefix.
  if (kept.length === 1 && only?.weight === 1) return only.prefix
  const sorted = kept.sort((a, b) => compare(a.prefix, b.prefix) || a.weight - b.weight)
  return { ...joinEmbeddings(sorted.map(({ prefix }) => prefix)), parts: sorted }
}

/** An order of prefixes by what they hold. */
function compare({ embeddings: a }: Prefix, { embeddings: b }: Prefix): number {
  if (a.length !== b.length) return a.length - b.length
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}
