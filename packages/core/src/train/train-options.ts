import type { LanguageModel } from '../model/language-model.ts'
import type { PromptContext } from '../pairs/contexts/prompt-context.ts'
import type { FilterOptions, FilterSummary } from '../pairs/filter-pairs.ts'
import type { Judge } from '../pairs/judge.ts'
import type { PairsSummary } from '../pairs/pairs-summary.ts'
import type { PatchPrompt, PreferencePair } from '../pairs/preference-pair.ts'
import type { PromptFormat } from '../pairs/prompt-format.ts'
import type { Reference } from '../pairs/reference.ts'
import type { ReferenceShare } from '../pairs/reference-share.ts'
import type { PatchManifest } from '../patch/manifest.ts'
import type { Storage } from '../storage.ts'
import type { DpoLossOptions } from './dpo-loss.ts'
import type { GateTraining } from './gate/train-gate.ts'
import type { TrainMetrics } from './metrics.ts'
import type { TrainOutcome } from './outcome/train-outcome.ts'
import type { PartWeights } from './oversample.ts'
import type { PrefixInitOptions } from './prefix-init.ts'
import type { PrefixTrainerOptions } from './prefix-trainer.ts'
import type { ValidationScores } from './validate-prefix.ts'

/** Settings of one stage of training. */
export type StageTraining = Pick<
  PrefixTrainerOptions,
  'batchSize' | 'harmlessShare' | 'warmupSteps' | 'schedule' | 'maxGradNorm' | 'optimizer'
> & {
  readonly steps?: number
  readonly learningRate?: number
  /**
   * How many times as often as others of their kind the rows of a part are drawn, whole numbers by `PatchPrompt.part`:
   * what a patch confuses, such as questions that only sound harmful, is learned by being seen more often. Default 1.
   */
  readonly partWeights?: PartWeights
  /** Responses are cut to this many tokens in this stage. Default: the run's `maxResponseTokens`. */
  readonly maxResponseTokens?: number
}

/**
 * r of the DPO loss: the prefix as SFT left it, the reference M' itself (needs its log-probabilities), or the base
 * without a prefix.
 */
export type DpoReference = 'post-sft' | 'reference' | 'base'

export interface DpoTraining extends StageTraining, DpoLossOptions {
  /** β. Default 0.3. */
  readonly beta?: number
  /** Default `post-sft`. */
  readonly reference?: DpoReference
  /** Weight of the SFT loss on y⁺ that is added. Default 0. */
  readonly sftWeight?: number
}

/** The distillation term: needs a reference that gives distributions over the same tokens. */
export interface DistillationOptions {
  /** λ. Default 1. */
  readonly weight?: number
  /** Tokens kept per position. Default 32. */
  readonly k?: number
  /** Whose distributions harmless prompts are held to: the reference's, the base's, or nobody's. Default `base`. */
  readonly harmless?: 'reference' | 'base' | 'none'
}

/** How much work a training does: `trainingDefaults.presets` says what each changes. */
export type TrainingPreset = 'fast' | 'balanced' | 'thorough'

export interface ValidationOptions {
  /** Prompts to watch; by default `share` of the training prompts is set apart, up to `limit` of each kind. */
  readonly prompts?: readonly PatchPrompt[]
  /** Default 0.1. */
  readonly share?: number
  /** Default: the preset's, 24. */
  readonly limit?: number
  /** Steps between validations. Default: a quarter of the stage. */
  readonly every?: number
  /** Tokens generated to judge by. Default 24. */
  readonly maxTokens?: number
}

/** How a patch is looked at once it is trained: see `TrainOutcome`. */
export interface CheckOptions {
  /** Prompts to ask that training never sees. By default those of the validation, else some are set apart. */
  readonly prompts?: readonly PatchPrompt[]
  /** Of each kind this share is set apart, at least 8 (or a fifth of them), at most `limit`. Default 0.1. */
  readonly share?: number
  /** Default: the preset's, 24. */
  readonly limit?: number
  /** Tokens generated to judge by. Default 24; for a goal other than safety `generation.maxTokens`. */
  readonly maxTokens?: number
  /** Least share of targets to be answered as wanted, below which the patch fails. Default 0.5. */
  readonly minimumWanted?: number
  /** Most that the share of prompts to keep answered as wanted may fall. Default 0.25. */
  readonly maximumLoss?: number
}

export interface TrainPatchOptions {
  /** The target M; its weights stay as they are. */
  readonly model: LanguageModel
  /** The safer M'. Not needed with ready-made `pairs`. */
  readonly reference?: Reference
  /** How much work is done where the options below say nothing. Default `balanced`. */
  readonly preset?: TrainingPreset
  /** Prompts to make pairs from: targets (for safety, harmful) and those to keep (harmless). */
  readonly prompts?: readonly PatchPrompt[]
  /** Ready-made pairs instead; those without scores are scored by the judge. */
  readonly pairs?: readonly PreferencePair[]
  /** Scores pairs and validation answers. Default `refusalJudge()`. */
  readonly judge?: Judge
  /** Default `chat`. */
  readonly format?: PromptFormat
  /** How M answers: tokens, temperature, batch size. */
  readonly generation?: {
    readonly maxTokens?: number
    readonly temperature?: number
    readonly batchSize?: number
  }
  /** Thresholds of the filter; `false` keeps every pair. */
  readonly filter?: FilterOptions | false
  /**
   * Least share of the targets that the reference must answer as wanted, by the judge, in [0, 1]: with less, training would
   * teach something else. Default 0.3, and 0 where `filter` is `false`.
   */
  readonly minimumReferenceShare?: number
  /** `text` is by default the system prompt that taught the reference, where it has one. */
  readonly prefix?: Omit<PrefixInitOptions, 'seed'>
  /**
   * Prompts to keep that the model makes itself: everyday ones, and others that begin as the targets do; see
   * `selectivePrompts`. Default: the preset's (600) where there are only targets, else 0. With 0 and only targets the patch is for every prompt.
   */
  readonly everyday?: number
  /**
   * Where prompts that are texts are placed, so that what is learned holds there: contexts of one's own, none (`[]`), or
   * `default`. Default: `default` for the format `chat`. Pairs stay where they are.
   */
  readonly contexts?: readonly PromptContext[] | 'default'
  /**
   * The gate, trained on the same prompts, by which the prefix takes effect on some prompts alone; `false`: on all.
   * Default: a gate where the format is `chat` and there are 40 prompts of each kind.
   */
  readonly gate?: GateTraining | false
  /** `false` leaves the stage out. */
  readonly sft?: StageTraining | false
  /** `false` leaves the stage out; by default it is left out where there is a gate. */
  readonly dpo?: DpoTraining | false
  readonly distillation?: DistillationOptions
  /** `false` trains without watching: the last prefix is taken. Default: `{}`, and `false` where there is a gate. */
  readonly validation?: ValidationOptions | false
  /**
   * What the patch does on prompts that training never saw is looked at when it is trained, and recorded in its manifest: some
   * dozens of answers of the base and of the patched model. `false`, and by default where `filter` is: it is not. Without a validation
   * prompts are set apart for it.
   */
  readonly check?: CheckOptions | false
  /**
   * Responses are cut to this many tokens for training. Default: `generation.maxTokens`, else 32 with a gate and 64
   * without. With more than was generated, answers that were cut off would be taught to end there. With so few that a
   * refusal is not learned to its end, some go on in circles, or with the very thing that was declined (of those cut to 4
   * or 8).
   */
  readonly maxResponseTokens?: number
  /** What the patch is called. */
  readonly manifest?: Partial<
    Pick<PatchManifest, 'name' | 'version' | 'domain' | 'license' | 'requires' | 'conflicts'>
  >
  /** Seed of everything that is drawn. Default 0. */
  readonly seed?: number
  /** Where the run is kept so that it can be resumed; also where `patch.save` writes. Without it, nothing is kept. */
  readonly storage?: Storage
  /** Folder of the run in the storage. Default `policypatch-run`. */
  readonly directory?: string
  /** Steps between checkpoints. Default 10. */
  readonly checkpointEvery?: number
  readonly onProgress?: (progress: TrainProgress) => void
  readonly signal?: AbortSignal
}

/** What a run reports as it goes. */
export type TrainProgress =
  | { readonly stage: 'pairs'; readonly part: string; readonly done: number; readonly total: number }
  | { readonly stage: 'gate'; readonly done: number; readonly total: number }
  | ({ readonly stage: 'reference' } & ReferenceShare)
  /** Prompts that have no pair, and why: only where there are some. */
  | { readonly stage: 'unanswered'; readonly summary: string; readonly counts: PairsSummary }
  | { readonly stage: 'filter'; readonly summary: string; readonly counts: FilterSummary }
  /** Something that is likely to make the patch fail, and what to do about it. */
  | { readonly stage: 'warning'; readonly message: string }
  | { readonly stage: 'check'; readonly part: string; readonly done: number; readonly total: number }
  | { readonly stage: 'outcome'; readonly outcome: TrainOutcome }
  | { readonly stage: 'logps' | 'distributions'; readonly done: number; readonly total: number }
  | {
      readonly stage: 'sft' | 'dpo'
      readonly done: number
      readonly total: number
      readonly metrics: TrainMetrics
    }
  | {
      readonly stage: 'validation'
      readonly of: 'sft' | 'dpo'
      readonly step: number
      readonly scores: ValidationScores
    }
