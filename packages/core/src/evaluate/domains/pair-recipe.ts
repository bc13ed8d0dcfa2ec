import type { FilterOptions } from '../../pairs/filter-pairs.ts'
import type { Judge } from '../../pairs/judge.ts'
import type { PromptKind } from '../../pairs/preference-pair.ts'

/** Where one side of a pair comes from. */
export interface PairSide {
  /** The reference M', the target M, or a refusal: one of the reference's own, else a stock one. */
  readonly from: 'reference' | 'model' | 'refusal'
  /** That the target M is asked where the reference's response scores below 0.5. Default: nobody is. */
  readonly orElse?: 'model'
  /** Which of the samples: the first, or the one that the judge scores highest or lowest. Default `first`. */
  readonly pick?: 'first' | 'best' | 'worst'
}

/** What y⁺ and y⁻ of one kind of prompt are. Without `rejected` the rows serve SFT alone. */
export interface PairSides {
  readonly chosen: PairSide
  readonly rejected?: PairSide
}

/** How a domain's pairs are made. */
export interface PairRecipe {
  /** Scores both sides, 1 = as wanted, for picking and for the filter. A judge of the results should be another. */
  readonly judge: Judge
  /** By kind of prompt; prompts of a kind that is left out make no pairs. */
  readonly sides: { readonly [Kind in PromptKind]?: PairSides }
  /** Samples of each prompt that are picked from. Default 1. */
  readonly samples?: number
  /** What becomes of y⁺'s other samples: rows for SFT alone, or (the default) nothing. */
  readonly unpicked?: 'sft'
  /** Default 0: greedy, which goes with one sample. */
  readonly temperature?: number
  /** Most tokens of a response. Default: that of the domain's sampling. */
  readonly maxTokens?: number
  /** Thresholds; `false` keeps every pair. */
  readonly filter: FilterOptions | false
}
