import type { Judge } from '../../pairs/judge.ts'
import type { PromptFormat } from '../../pairs/prompt-format.ts'
import type { DomainMetric } from './domain-metric.ts'
import type { PairRecipe } from './pair-recipe.ts'
import type { TrainingRecipe } from './training-recipe.ts'

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
