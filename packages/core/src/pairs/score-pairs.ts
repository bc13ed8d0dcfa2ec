import { checkedScores } from './checked-scores.ts'
import type { Judge } from './judge.ts'
import type { PreferencePair } from './preference-pair.ts'

/**
 * The pairs with a judge's scores of y⁺ and y⁻, in place of any they had: for pairs that were not made here.
 *
 * @throws `NOT_FINITE` and `INVALID_ARGUMENT` for scores that are not in [0, 1]; and the errors of thejudge.
 */
export async function scorePairs(
  pairs: readonly PreferencePair[],
  judge: Judge,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<PreferencePair[]> {
  const chosen = pairs.map(({ prompt, kind, chosen }) => ({ prompt, kind, response: chosen }))
  const rejected = pairs.flatMap(({ prompt, kind, rejected }) =>
    rejected === undefined ? [] : [{ prompt, kind, response: rejected }],
  )
  const chosenScores = await checkedScores(judge, chosen, signal)
  const rejectedScores = [...(await checkedScores(judge, rejected, signal))]
  return pairs.map((pair, index) => ({
    ...pair,
    chosenScore: chosenScores[index] as number,
    ...(pair.rejected === undefined ? {} : { rejectedScore: rejectedScores.shift() as number }),
  }))
}
