import { PatchError } from '../../errors.ts'
import type { Prefix, PrefixPart } from '../../model/language-model/language-model.ts'
import { checkUngated } from './check-ungated.ts'

/**
 * Σ wᵢ Pᵢ / Σ wᵢ: the weighted mean of prefixes of one shape.
 *
 * @param parts weights of at least 0
 * @throws `INVALID_ARGUMENT` for weights that are none or sum to 0, and for prefixes with parts or
 *   gates; `SHAPE_MISMATCH`.
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
