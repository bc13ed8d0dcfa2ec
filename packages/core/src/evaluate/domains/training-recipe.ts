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
