import type { DpoReference } from './examples/reference-logps.ts'
import type { TrainingPreset } from './train-options.ts'

/**
 * The defaults of `trainPatch`, for any domain. All of them are here. The table in docs/how-it-works.md says where each one was
 * measured, or that it was not: keep the two in sync.
 */
export const trainingDefaults = {
  /**
   * What a preset changes: the factor of each stage's default steps, the number of harmless prompts to make if none are
   * given, and the maximum number of prompts per kind to hold out for validation and check. `balanced` is the default.
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
  /** After training. With fewer than 20 targets, none are held out, because fewer than 4 answers show nothing. */
  check: {
    ...{ share: 0.1, least: 8, maxTokens: 24, from: 20, fewest: 4 },
    ...{ minimumWanted: 0.5, maximumLoss: 0.25 },
  },
  /** Minimum share of targets that the reference must answer as wanted. */
  minimumReferenceShare: 0.3,
  /** Without `keep` prompts, as for an app that wants every answer in JSON, there is nothing to separate. */
  everywhere: { sft: { steps: 100, learningRate: 2e-2, warmupSteps: 5 }, maxResponseTokens: 64 },
  /** The gate separates the prompts, so the prefix only has to refuse: refusals are learned to their end. */
  gated: {
    sft: { steps: 100, learningRate: 2e-2, warmupSteps: 5, harmlessShare: 0.2 },
    maxResponseTokens: 32,
  },
  /** SFT teaches to refuse, but then everyday prompts are refused too; DPO separates the two. */
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

/** A stage's default steps under a preset, at least 1. */
export const presetSteps = (steps: number, preset: TrainingPreset): number =>
  Math.max(1, Math.round(steps * trainingDefaults.presets[preset].steps))

/** Number of prompts of a kind to hold out for the check: a share, at least 8 or a fifth of them, up to a limit. */
export const heldOutForCheck = (
  prompts: number,
  {
    share = trainingDefaults.check.share,
    limit,
  }: { readonly share?: number | undefined; readonly limit: number },
): number =>
  Math.min(
    limit,
    Math.max(Math.floor(prompts * share), Math.min(trainingDefaults.check.least, Math.floor(prompts / 5))),
  )
