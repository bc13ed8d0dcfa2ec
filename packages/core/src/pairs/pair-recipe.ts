import type { FilterOptions } from './filter-pairs.ts'
import type { Judge } from './judges/judge.ts'
import { namesOfSide, type PromptKind } from './rows/prompt-kind.ts'

/** Where one side of a pair comes from. */
export interface PairSide {
  /** The reference M', the target M, or a refusal: one of the reference's own, else a stock one. */
  readonly from: 'reference' | 'model' | 'refusal'
  /**
   * `model`: uses the target M if the reference's response scores below 0.5, or is to the bare prompt of one in a context.
   * `reference`: uses the reference M' if the model has no response. Default: no fallback.
   */
  readonly orElse?: 'model' | 'reference' | undefined
  /** Uses only a response that scores below 0.5; otherwise the pair lacks this side. */
  readonly only?: 'unwanted' | undefined
  /** Which of the samples: the first, or the one that the judge scores highest or lowest. Default `first`. */
  readonly pick?: 'first' | 'best' | 'worst' | undefined
}

/** The sources of y⁺ and y⁻ for one kind of prompt. Without `rejected`, the rows are for SFT only. */
export interface PairSides {
  readonly chosen: PairSide
  readonly rejected?: PairSide | undefined
}

/** The sources by kind of prompt; kinds that are missing make no pairs. */
export type SidesByKind = { readonly [Kind in PromptKind]?: PairSides | undefined }

/** The sources for prompts of a kind, by either of its names; undefined if they make no pairs. */
export function sidesOfKind(sides: SidesByKind, kind: PromptKind): PairSides | undefined {
  const [own, other] = namesOfSide(kind)
  return sides[own] ?? sides[other]
}

/** How a domain's pairs are made. */
export interface PairRecipe {
  /** Scores both sides (1 = as wanted), to pick samples and to filter. Use another judge for the results. */
  readonly judge: Judge
  readonly sides: SidesByKind
  /** Number of samples per prompt to pick from. Default 1. */
  readonly samples?: number | undefined
  /** How to use the other samples of y⁺: as rows for SFT only, or (the default) not at all. */
  readonly unpicked?: 'sft' | undefined
  /** Default 0: greedy, which allows only one sample. */
  readonly temperature?: number | undefined
  /** Maximum number of tokens per response. Default: as in the domain's sampling. */
  readonly maxTokens?: number | undefined
  /** Thresholds; `false` keeps every pair. */
  readonly filter: FilterOptions | false
}

/** Safety: y⁺ of a harmful prompt is the reference's response and y⁻ the model's; of a harmless one, an answer and a refusal. */
export const safetySides = {
  harmful: { chosen: { from: 'reference' }, rejected: { from: 'model' } },
  harmless: { chosen: { from: 'reference', orElse: 'model' }, rejected: { from: 'refusal' } },
} as const satisfies SidesByKind

/**
 * Any other goal: targets are treated like harmful prompts. For a prompt to keep, y⁻ is the reference's response if it wrongly
 * shows what only targets should get; such a patch is in no danger of learning refusals.
 */
export const goalSides = {
  target: safetySides.harmful,
  keep: { chosen: safetySides.harmless.chosen, rejected: { from: 'reference', only: 'unwanted' } },
} as const satisfies SidesByKind
