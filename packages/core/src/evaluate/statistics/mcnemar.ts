import { PatchError } from '../../errors.ts'
import { checkPaired } from './sample.ts'

/** How two subjects fared on the same prompts. */
export interface PairedCounts {
  readonly both: number
  /** b: prompts on which the first alone succeeded. */
  readonly onlyFirst: number
  /** c: prompts on which the second alone succeeded. */
  readonly onlySecond: number
  readonly neither: number
}

/** @throws `INVALID_ARGUMENT` if the lengths differ. */
export function pairedCounts(first: readonly boolean[], second: readonly boolean[]): PairedCounts {
  checkPaired(first, second, 'prompts')
  const count = (a: boolean, b: boolean) => first.filter((x, i) => x === a && second[i] === b).length
  return {
    both: count(true, true),
    onlyFirst: count(true, false),
    onlySecond: count(false, true),
    neither: count(false, false),
  }
}

export interface McNemar {
  readonly b: number
  readonly c: number
  /** Two-sided p of no difference between the two. */
  readonly p: number
}

/**
 * McNemar's exact test. Null hypothesis: of the b + c prompts on which exactly one of two succeeded, each was equally likely
 * to be either's (McNemar 1947; two-sided binomial with 1/2). p = 1 without such prompts.
 *
 * @throws `INVALID_ARGUMENT` unless b and c are counts.
 */
export function mcnemar(b: number, c: number): McNemar {
  if (![b, c].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'counts b and c',
      found: `${b} and ${c}`,
      remedy: 'Count the prompts on which only the first succeeded, and those on which only the second did',
    })
  }
  const n = b + c
  // log of (n choose k) / 2ⁿ, summed up to the smaller count.
  let term = -n * Math.LN2
  let sum = Math.exp(term)
  for (let k = 1; k <= Math.min(b, c); k++) {
    term += Math.log((n - k + 1) / k)
    sum += Math.exp(term)
  }
  return { b, c, p: Math.min(1, 2 * sum) }
}
