import type { Prefix } from '../../model/language-model/language-model.ts'
import { concatPrefixes } from './concat-prefixes.ts'
import { mergePrefixes } from './merge-prefixes.ts'
import { parallelPrefix } from './parallel-prefix.ts'

/** Methods to combine prefixes without training. */
export type ComposeMethod = 'concat' | 'parallel' | 'merge'

/** Prefixes put together by one of the methods. Throws as `composePatches`. */
export function composePrefixes(
  prefixes: readonly Prefix[],
  method: ComposeMethod,
  weights: readonly number[] = prefixes.map(() => 1),
): Prefix {
  const weighted = prefixes.map((prefix, i) => ({ prefix, weight: weights[i] as number }))
  if (method === 'parallel') return parallelPrefix(weighted)
  return method === 'concat' ? concatPrefixes(prefixes) : mergePrefixes(weighted)
}
