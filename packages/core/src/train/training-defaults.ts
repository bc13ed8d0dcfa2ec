import type { DpoReference, TrainingPreset } from './train-options.ts'

/**
 * What `trainPatch` does where nothing is said, for any domain. All of it stands here, and docs/how-it-works.md has the
 * table that says of each number where it was measured, or that it was not: change the two together.
 */
export const trainingDefaults = {
  /**
   * What a preset changes: the factor of each stage's default steps, the harmless prompts that are made where none is given, and
   * the most prompts of each kind that are set apart to validate and to check by. `balanced` is what is done where none is named.
   */
  presets: {
    fast: { steps: 0.5, everyday: 200, limit: 12 },
    balanced: { steps: 1, everyday: 600, limit: 24 },
    thorough: { steps: 2, everyday: 1200, limit: 48 },
  } satisfies Record<TrainingPreset, unknown>,
  prefix: { length: 50, init: 'text' },
  generation: { maxTokens: 64, temperature: 0, batchSize: 32 },
  distillation: { weight: 1, k: 32, harmless: 'base' },
  validation: { share: 0.1, maxTokens: 24 },
  /** After training. Of fewer than 20 targets none are set apart: fewer than 4 answers tell nothing. */
  check: {
    ...{ share: 0.1, least: 8, maxTokens: 24, from: 20, fewest: 4 },
    ...{ minimumWanted: 0.5, maximumLoss: 0.25 },
  },
  /** Least share of targets that the reference must answer as wanted. */
  minimumReferenceShare: 0.3,
  /** There are no prompts to keep, as where an app wants JSON of every answer: nothing needs to be told apart. */
  everywhere: { sft: { steps: 100, learningRate: 2e-2, warmupSteps: 5 }, maxResponseTokens: 64 },
  /** The gate tells the prompts apart, and the prefix has but to refuse: refusals are learned to their end. */
  gated: {
    sft: { steps: 100, learningRate: 2e-2, warmupSteps: 5, harmlessShare: 0.2 },
    maxResponseTokens: 32,
  },
  /** SFT teaches to refuse, and leaves everyday prompts refused too; DPO separates the two. */
  ungated: {
    sft: { steps: 160, learningRate: 2e-2, warmupSteps: 5 },
    dpo: {
      steps: 50,
      learningRate: 2.5e-3,
      warmupSteps: 2,
      beta: 0.3,
      reference: 'post-sft' as DpoReference,
    },
    maxResponseTokens: 64,
  },
} as const
