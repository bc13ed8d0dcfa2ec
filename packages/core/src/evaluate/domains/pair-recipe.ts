import type { FilterOptions } from '../../pairs/filter-pairs.ts'
import type { Judge } from '../../pairs/judge.ts'
import type { PromptKind } from '../../pairs/preference-pair.ts'

/** Where one side of a pair comes from. */
export interface PairSide {
  /** The reference M', the target M, or a refusal: one of the reference's own, else a stock one. */
  readonly from: 'reference' | 'model' | 'refusal'
  /** Uses the target M if the reference's response scores below 0.5. Default: no fallback. */
  readonly orElse?: 'model'
  /** Which of the samples: the first, or the one that the judge scores highest or lowest. Default `first`. */
  readonly pick?: 'first' | 'best' | 'worst'
}

/** The sources of y⁺ and y⁻ for one kind of prompt. Without `rejected`, the rows are for SFT only. */
export interface PairSides {
  readonly chosen: PairSide
  readonly rejected?: PairSide
}

/** How a domain's pairs are made. */
export interface PairRecipe {
  /** Scores both sides (1 = as wanted), to pick samples and to filter. Use another judge for the results. */
  readonly judge: Judge
  /** By kind of prompt; kinds that are missing make no pairs. */
  readonly sides: { readonly [Kind in PromptKind]?: PairSides }
  /** Number of samples per prompt to pick from. Default 1. */
  readonly samples?: number
  /** How to use the other samples of y⁺: as rows for SFT only, or (the default) not at all. */
  readonly unpicked?: 'sft'
  /** Default 0: greedy, which allows only one sample. */
  readonly temperature?: number
  /** Maximum number of tokens per response. Default: as in the domain's sampling. */
  readonly maxTokens?: number
  /** Thresholds; `false` keeps every pair. */
  readonly filter: FilterOptions | false
}
