import type { DomainMetric } from '../evaluate/metrics/domain-metric.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import type { PairRecipe } from '../pairs/pair-recipe.ts'
import type { PromptFormat } from '../pairs/rows/prompt-format.ts'

/** How responses are sampled. */
export interface DomainSampling {
  /** k: responses to each prompt. */
  readonly samples: number
  /** Maximum number of tokens per response. */
  readonly maxTokens: number
  /** 0 is greedy, which allows only one sample. */
  readonly temperature: number
  /** Default 1: all. */
  readonly topP?: number | undefined
  /** Default 0: all. */
  readonly topK?: number | undefined
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

/** One stage of training. */
export interface StageRecipe {
  readonly steps?: number | undefined
  readonly learningRate?: number | undefined
  /** Pairs in a step. */
  readonly batchSize?: number | undefined
  /** Share of harmless examples in a batch. */
  readonly harmlessShare?: number | undefined
  readonly warmupSteps?: number | undefined
  /** How many times as often as others of their kind the prompts of a part are sampled. */
  readonly partWeights?: Readonly<Record<string, number>> | undefined
  /** Responses are cut to this many tokens in this stage. */
  readonly maxResponseTokens?: number | undefined
}

/**
 * How a domain's patch is trained, as data: options of `trainPatch` with the same names, so that you can spread them. Missing
 * ones use the defaults of `trainPatch`.
 */
export interface TrainingRecipe {
  readonly prefix?:
    | {
        readonly length?: number | undefined
        readonly init?: 'text' | 'vocab' | 'random' | undefined
        /** The policy sentence that the prefix starts from. */
        readonly text?: string | undefined
      }
    | undefined
  /** `false` skips the stage. */
  readonly sft?: StageRecipe | false | undefined
  readonly dpo?:
    | (StageRecipe & {
        readonly beta?: number | undefined
        readonly reference?: 'post-sft' | 'reference' | 'base' | undefined
        readonly sftWeight?: number | undefined
      })
    | false
    | undefined
  /** KL(M' ‖ policy); needs a reference that gives distributions. */
  readonly distillation?:
    | {
        readonly weight?: number | undefined
        readonly k?: number | undefined
        readonly harmless?: 'reference' | 'base' | 'none' | undefined
      }
    | undefined
  /** The gate that decides when the prefix is used; `false`: always. */
  readonly gate?: Readonly<Record<string, unknown>> | false | undefined
  /** Responses are cut to this many tokens. */
  readonly maxResponseTokens?: number | undefined
  /** Training checks answers to held-out prompts; `false` uses the last prefix. */
  readonly validation?: { readonly maxTokens?: number | undefined } | false | undefined
}
