import { PatchError } from '../errors.ts'
import type { PreferencePair } from './rows/preference-pair.ts'
import { isTarget, kindNames, type PromptKind } from './rows/prompt-kind.ts'

export interface FilterOptions {
  /** Minimum s(y⁺) − s(y⁻), Eq. 4. Default 0.5. */
  readonly marginThreshold?: number | undefined
  /** Minimum s(y⁺), Eq. 5. Default 0.5. */
  readonly winnerThreshold?: number | undefined
}

/** Counts for the rows of one kind; `total` is the sum of the others. */
export interface FilterCounts {
  readonly total: number
  /** Pairs that pass both rules. */
  readonly kept: number
  /** Rows whose y⁺ is below winnerThreshold: M' itself failed. */
  readonly droppedByWinner: number
  /** Pairs with a good y⁺ whose margin is too small: their y⁺ is kept for SFT. */
  readonly droppedByMargin: number
  /** Rows with a good y⁺ that never had a y⁻: kept for SFT. */
  readonly unpairedKept: number
}

/** Counts of rows by kind: `harmful` and `harmless`, or `target` and `keep`. */
export type FilterSummary = { readonly [Kind in PromptKind]?: FilterCounts }

export interface FilteredPairs {
  /** For SFT and DPO. */
  readonly pairs: readonly PreferencePair[]
  /** Only for SFT: rows without y⁻. */
  readonly unpaired: readonly PreferencePair[]
  /** By kind, under the rows' own names. */
  readonly summary: FilterSummary
}

type Outcome = Exclude<keyof FilterCounts, 'total'>

/**
 * Keeps the pairs with s(y⁺) − s(y⁻) ≥ marginThreshold and s(y⁺) ≥ winnerThreshold (Eqs. 4, 5 of arXiv 2511.08484), and the
 * y⁺ of those that fail only the first rule.
 *
 * @throws `INVALID_ARGUMENT` for a pair without scores.
 */
export function filterPairs(
  pairs: readonly PreferencePair[],
  { marginThreshold = 0.5, winnerThreshold = 0.5 }: FilterOptions = {},
): FilteredPairs {
  const kept: PreferencePair[] = []
  const unpaired: PreferencePair[] = []
  const names = kindNames(pairs)
  const counts = { target: emptyCounts(), keep: emptyCounts() }
  for (const [index, pair] of pairs.entries()) {
    const outcome = judge(pair, index)
    const own = isTarget(pair.kind) ? counts.target : counts.keep
    own.total++
    own[outcome]++
    if (outcome === 'kept') kept.push(pair)
    if (outcome === 'droppedByMargin' || outcome === 'unpairedKept') {
      const { rejected: _, rejectedScore: __, ...row } = pair
      unpaired.push(row)
    }
  }
  return {
    pairs: kept,
    unpaired,
    summary: { [names.target]: counts.target, [names.keep]: counts.keep },
  }

  function judge({ chosenScore, rejected, rejectedScore }: PreferencePair, index: number): Outcome {
    if (chosenScore === undefined || (rejected !== undefined && rejectedScore === undefined)) {
      throw new PatchError('INVALID_ARGUMENT', {
        expected: 'pairs with chosenScore and rejectedScore',
        found: `none in pair ${index}`,
        remedy: 'Score them with `scorePairs` and a judge first',
      })
    }
    if (chosenScore < winnerThreshold) return 'droppedByWinner'
    // A score may remain from a y⁻ that was removed from the file.
    if (rejected === undefined || rejectedScore === undefined) return 'unpairedKept'
    return chosenScore - rejectedScore >= marginThreshold ? 'kept' : 'droppedByMargin'
  }
}

/** The summary as one paragraph. Rows that never had a y⁻ are not pairs: it says how their y⁺ is used. */
export function formatFilterSummary(summary: FilteredPairs['summary']): string {
  const kinds = Object.entries(summary).flatMap(([kind, counts]) => {
    const { total, kept, droppedByWinner, droppedByMargin, unpairedKept } = counts
    if (total === 0) return []
    const parts = [
      (kept > 0 || unpairedKept === 0) && `${kept} kept`,
      droppedByWinner > 0 && `${droppedByWinner} dropped because y⁺ scores too low`,
      droppedByMargin > 0 &&
        `${droppedByMargin} dropped because y⁻ scores nearly as high (their y⁺ is used for SFT)`,
      unpairedKept > 0 && `${unpairedKept} without y⁻ used for SFT only`,
    ]
    return `${total} ${kind} ${kept + droppedByMargin > 0 || unpairedKept === 0 ? 'pairs' : 'prompts'}: ${parts.filter((part) => part !== false).join('; ')}.`
  })
  return kinds.join(' ')
}

const emptyCounts = (): Record<keyof FilterCounts, number> => ({
  total: 0,
  kept: 0,
  droppedByWinner: 0,
  droppedByMargin: 0,
  unpairedKept: 0,
})
