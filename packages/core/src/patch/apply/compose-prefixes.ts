import { PatchError } from '../../errors.ts'
import { isGated } from '../../model/gate/gate.ts'
import type { Prefix, PrefixPart } from '../../model/language-model/language-model.ts'
import { joinEmbeddings, partsOf } from '../../model/language-model/prefix.ts'

/** Methods to combine prefixes without training. */
export type ComposeMethod = 'concat' | 'parallel' | 'merge'

/** Combines prefixes by one of the methods. Throws as `composePatches`. */
export function composePrefixes(
  prefixes: readonly Prefix[],
  method: ComposeMethod,
  weights: readonly number[] = prefixes.map(() => 1),
): Prefix {
  const weighted = prefixes.map((prefix, i) => ({ prefix, weight: weights[i] as number }))
  if (method === 'parallel') return parallelPrefix(weighted)
  return method === 'concat' ? concatPrefixes(prefixes) : mergePrefixes(weighted)
}

/**
 * [P₁; P₂; …]: prefixes one after the other, as arXiv 2511.08484 stacks them. The order matters: a later one sees the earlier
 * ones, and is closer to the prompt.
 *
 * @throws `INVALID_ARGUMENT` for a parallel stack, which cannot be part of a sequence, and for a prefix with a gate, which could
 *   not decide for itself alone.
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

/**
 * Σ wᵢ Pᵢ / Σ wᵢ: the weighted mean of prefixes of one shape.
 *
 * @param parts weights of at least 0
 * @throws `INVALID_ARGUMENT` for invalid weights or a sum of 0, and for prefixes with parts or gates; `SHAPE_MISMATCH`.
 */
export function mergePrefixes(parts: readonly PrefixPart[]): Prefix {
  const [only] = parts
  if (only && parts.length === 1 && only.weight > 0) return only.prefix
  checkUngated(
    parts.map(({ prefix }) => prefix),
    'merge',
  )
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0 && parts.every(({ weight, prefix }) => weight >= 0 && !prefix.parts))) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'prefixes with one part each, and weights of at least 0 that do not sum to 0',
      found: parts
        .map(({ weight, prefix }) => `weight ${weight}${prefix.parts ? ' for a parallel stack' : ''}`)
        .join(', '),
      remedy: 'Correct the weights, or use method parallel',
    })
  }
  const lengths = [...new Set(parts.map(({ prefix }) => prefix.length))]
  const [length = 0] = lengths
  if (lengths.length > 1) {
    throw new PatchError('SHAPE_MISMATCH', {
      expected: 'prefixes of the same length',
      found: `lengths ${lengths.join(', ')}`,
      remedy: 'Use another method, or give them the same length with compressPatches',
    })
  }
  const embeddings = new Float32Array((parts[0] as PrefixPart).prefix.embeddings.length)
  for (const { prefix, weight } of parts) {
    for (const [i, value] of prefix.embeddings.entries()) {
      embeddings[i] = (embeddings[i] as number) + (weight / total) * value
    }
  }
  return { length, embeddings }
}

/**
 * A prefix of parts applied in parallel: each attends only to itself, all start at position 0, and tokens, which start after the
 * longest, attend to all, with log w added to their attention logits on a part of weight w. The result does not depend on the
 * order of the parts: they are sorted by their values, so that not even rounding differs. Parts of a part become parts
 * themselves, with their weights multiplied.
 *
 * @param parts weights of at least 0; a part of weight 0 is removed exactly
 * @throws `INVALID_ARGUMENT` if no part is left, or for a weight that is not a finite number from 0 up.
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
  // A single part of weight 1 is the plain prefix.
  if (kept.length === 1 && only?.weight === 1) return only.prefix
  const sorted = kept.sort((a, b) => compare(a.prefix, b.prefix) || a.weight - b.weight)
  return { ...joinEmbeddings(sorted.map(({ prefix }) => prefix)), parts: sorted }
}

/** Orders prefixes by their values. */
function compare({ embeddings: a }: Prefix, { embeddings: b }: Prefix): number {
  if (a.length !== b.length) return a.length - b.length
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}

/** Throws `INVALID_ARGUMENT` for prefixes with gates: only in parallel can each take effect or not on its own. */
export function checkUngated(prefixes: readonly Prefix[], method: string): void {
  const gated = prefixes.filter(isGated).length
  if (gated === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `prefixes without gates for method ${method}`,
    found: `${gated} of ${prefixes.length} with a gate`,
    remedy: 'Use method parallel, where each part keeps its gate, or remove gates with ungatedPatch',
  })
}
