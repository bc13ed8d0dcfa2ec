import type { DomainMetric } from '../evaluate/metrics/domain-metric.ts'
import type { FilterOptions } from '../pairs/filter-pairs.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import type { PromptFormat } from '../pairs/rows/prompt-format.ts'
import type { PromptKind } from '../pairs/rows/prompt-kind.ts'

/** How responses are sampled. */
export interface DomainSampling {
  /** k: responses to each prompt. */
  readonly samples: number
  /** Maximum number of tokens per response. */
  readonly maxTokens: number
  /** 0 is greedy, which allows only one sample. */
  readonly temperature: number
  /** Default 1: all. */
  readonly topP?: number
  /** Default 0: all. */
  readonly topK?: number
}

/**
 * A kind of fault that patches correct, as data: how to format prompts and sample responses, how to make pairs and train a
 * patch, which judges to use and which metrics to report. `evaluateDomain` and `domainPairs` work with any domain. Your own
 * is an object of this form, or a built-in one with parts replaced.
 */
export interface Domain {
  readonly specificationVersion: 'v1'
  /** Such as `toxicity`; used in figures and patches. */
  readonly name: string
  /** Whether a text prompt is a user turn or is continued as it is. */
  readonly format: PromptFormat
  readonly sampling: DomainSampling
  readonly pairs: PairRecipe
  readonly training: TrainingRecipe
  /**
   * Judges by role, as metrics ask for them; the role defines the meaning of a score. The agreement of several judges in a
   * role shows how reliable one is.
   */
  readonly judges: Readonly<Record<string, readonly Judge[]>>
  readonly metrics: readonly DomainMetric[]
}

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

/** One stage of training. */
export interface StageRecipe {
  readonly steps?: number
  readonly learningRate?: number
  /** Pairs in a step. */
  readonly batchSize?: number
  /** Share of harmless examples in a batch. */
  readonly harmlessShare?: number
  readonly warmupSteps?: number
  /** How many times as often as others of their kind the prompts of a part are sampled. */
  readonly partWeights?: Readonly<Record<string, number>>
  /** Responses are cut to this many tokens in this stage. */
  readonly maxResponseTokens?: number
}

/**
 * How a domain's patch is trained, as data: options of `trainPatch` with the same names, so that you can spread them. Missing
 * ones use the defaults of `trainPatch`.
 */
export interface TrainingRecipe {
  readonly prefix?: {
    readonly length?: number
    readonly init?: 'text' | 'vocab' | 'random'
    /** The policy sentence that the prefix starts from. */
    readonly text?: string
  }
  /** `false` skips the stage. */
  readonly sft?: StageRecipe | false
  readonly dpo?:
    | (StageRecipe & {
        readonly beta?: number
        readonly reference?: 'post-sft' | 'reference' | 'base'
        readonly sftWeight?: number
      })
    | false
  /** KL(M' ‖ policy); needs a reference that gives distributions. */
  readonly distillation?: {
    readonly weight?: number
    readonly k?: number
    readonly harmless?: 'reference' | 'base' | 'none'
  }
  /** The gate that decides when the prefix is used; `false`: always. */
  readonly gate?: Readonly<Record<string, unknown>> | false
  /** Responses are cut to this many tokens. */
  readonly maxResponseTokens?: number
  /** Training checks answers to held-out prompts; `false` uses the last prefix. */
  readonly validation?: { readonly maxTokens?: number } | false
}
