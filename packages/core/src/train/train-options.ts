import type { Domain, StageRecipe } from '../domains/domain.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import type { PromptContext } from '../pairs/contexts/prompt-context.ts'
import type { FilterOptions, FilterSummary } from '../pairs/filter-pairs.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import type { PairsSummary } from '../pairs/pairs-summary.ts'
import type { ReferenceShare } from '../pairs/reference-share.ts'
import type { Reference, RespondSettings } from '../pairs/references/reference.ts'
import type { PatchPrompt, PreferencePair } from '../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../pairs/rows/prompt-format.ts'
import type { PatchManifest } from '../patch/manifest.ts'
import type { Place } from '../storage/place.ts'
import type { DistillationOptions } from './examples/add-teachers.ts'
import type { DpoReference } from './examples/reference-logps.ts'
import type { GateTraining } from './gate/train-gate.ts'
import type { TrainOutcome } from './outcome/train-outcome.ts'
import type { ValidationScores } from './stage/validate-prefix.ts'
import type { TrainMetrics } from './trainer/metrics.ts'
import type { DpoLossOptions } from './trainer/objective.ts'
import type { PrefixInit, PrefixInitOptions } from './trainer/prefix-init.ts'
import type { PrefixTrainerOptions } from './trainer/prefix-trainer.ts'

/** Settings of one stage of training: a domain's recipe has some of them. */
export type StageTraining = StageRecipe &
  Pick<PrefixTrainerOptions, 'schedule' | 'maxGradNorm' | 'optimizer' | 'microBatchSize'>

export interface DpoTraining extends StageTraining, DpoLossOptions {
  /** β. Default 0.3. */
  readonly beta?: number | undefined
  /** Default `post-sft`. */
  readonly reference?: DpoReference | undefined
  /** Weight of an additional SFT loss on y⁺. Default 0. */
  readonly sftWeight?: number | undefined
}

/** Training effort: `trainingDefaults.presets` lists what each preset changes. */
export type TrainingPreset = 'fast' | 'balanced' | 'thorough'

export interface ValidationOptions {
  /** Validation prompts; by default `share` of the training prompts is held out, up to `limit` of each kind. */
  readonly prompts?: readonly PatchPrompt[] | undefined
  /** Default 0.1. */
  readonly share?: number | undefined
  /** Default: the preset's, 24. */
  readonly limit?: number | undefined
  /** Steps between validations. Default: a quarter of the stage. */
  readonly every?: number | undefined
  /** Number of tokens to generate and judge. Default 24. */
  readonly maxTokens?: number | undefined
}

/** How a patch is checked after training: see `TrainOutcome`. */
export interface CheckOptions {
  /** Held-out prompts to check with. Default: those of the validation; otherwise some are held out. */
  readonly prompts?: readonly PatchPrompt[] | undefined
  /** Share of each kind to hold out, at least 8 prompts (or a fifth of them) and at most `limit`. Default 0.1. */
  readonly share?: number | undefined
  /** Default: the preset's, 24. */
  readonly limit?: number | undefined
  /** Number of tokens to generate and judge. Default 24; for a goal other than safety `generation.maxTokens`. */
  readonly maxTokens?: number | undefined
  /** Minimum share of targets answered as wanted; below it, the patch fails. Default 0.5. */
  readonly minimumWanted?: number | undefined
  /** Maximum decrease of the share of `keep` prompts answered as wanted. Default 0.25. */
  readonly maximumLoss?: number | undefined
}

export interface TrainPatchOptions {
  /** The target M; its weights do not change. */
  readonly model: LanguageModel
  /**
   * What the patch corrects: how pairs are made, how it is trained, and the judge. Options below win over its recipe. Default
   * `harmfulnessDomain()`, refusal; with a judge of your own and prompts of the kinds `target` and `keep`, any other goal.
   */
  readonly domain?: Domain | undefined
  /**
   * The safer M'. Not needed with existing `pairs`. A function receives the settings to answer with, for recipes that draw
   * several answers, such as `(settings) => modelReference({ model, ...settings })`.
   */
  readonly reference?: Reference | ((settings: RespondSettings) => Reference) | undefined
  /** Training effort for options that are not set below. Default `balanced`. */
  readonly preset?: TrainingPreset | undefined
  /** Prompts to make pairs from: `target` (for safety, harmful) and `keep` (harmless). */
  readonly prompts?: readonly PatchPrompt[] | undefined
  /** Existing pairs instead; the judge scores those without scores. */
  readonly pairs?: readonly PreferencePair[] | undefined
  /** Scores pairs and validation answers. Default: the domain's. */
  readonly judge?: Judge | undefined
  /** Default: the domain's. */
  readonly format?: PromptFormat | undefined
  /** How M answers: tokens, temperature, batch size. */
  readonly generation?:
    | {
        readonly maxTokens?: number | undefined
        readonly temperature?: number | undefined
        readonly batchSize?: number | undefined
      }
    | undefined
  /** Thresholds of the filter; `false` keeps every pair. */
  readonly filter?: FilterOptions | false | undefined
  /**
   * Minimum share of the targets that the reference must answer as wanted, according to the judge, in [0, 1]. With less,
   * training would teach something else. Default 0.3, or 0 if `filter` is `false`.
   */
  readonly minimumReferenceShare?: number | undefined
  /**
   * `text` defaults to the reference's system prompt, if it has one. `init: 'likeliest'` starts from that text or from an answer to
   * a target, whichever makes the training examples likelier: for runs of few steps.
   */
  readonly prefix?:
    | (Omit<PrefixInitOptions, 'seed' | 'init'> & { readonly init?: PrefixInit | 'likeliest' | undefined })
    | undefined
  /**
   * Number of `keep` prompts that the model makes itself: everyday ones, and others that begin like the targets; see
   * `selectivePrompts`. Default: the preset's (600) if there are only targets and the domain makes pairs of other prompts, else
   * 0. With 0 and only targets, the patch is for every prompt.
   */
  readonly everyday?: number | undefined
  /**
   * Contexts to place text prompts in, so that the patch works there: your own contexts, none (`[]`), or `default`. Default:
   * `default` for the format `chat`. Pairs are not placed.
   */
  readonly contexts?: readonly PromptContext[] | 'default' | undefined
  /**
   * The gate, trained on the same prompts, that decides for which prompts the prefix is used; `false`: for all. Default: a
   * gate if the format is `chat` and there are 40 prompts of each kind.
   */
  readonly gate?: GateTraining | false | undefined
  /** `false` skips the stage. */
  readonly sft?: StageTraining | false | undefined
  /** `false` skips the stage; by default it is skipped if there is a gate. */
  readonly dpo?: DpoTraining | false | undefined
  /** `false` skips the distillation of the domain's recipe. */
  readonly distillation?: DistillationOptions | false | undefined
  /** `false` trains without validation and uses the last prefix. Default: `{}`, or `false` if there is a gate. */
  readonly validation?: ValidationOptions | false | undefined
  /**
   * Checks the trained patch on held-out prompts and records the result in its manifest: a few dozen answers of the base and
   * of the patched model. `false`, the default if `filter` is `false`, skips it. Without a validation, prompts are held out
   * for it.
   */
  readonly check?: CheckOptions | false | undefined
  /**
   * Responses are truncated to this many tokens for training. Default: `generation.maxTokens`, else 32 with a gate and 64
   * without. With more than was generated, answers that were cut off would be taught to end there. With so few that a refusal is
   * not learned to its end, some answers go on in circles, or with the very thing that was declined (seen at 4 and 8 tokens).
   */
  readonly maxResponseTokens?: number | undefined
  /** Name and other fields of the patch. */
  readonly manifest?:
    | Partial<Pick<PatchManifest, 'name' | 'version' | 'domain' | 'license' | 'requires' | 'conflicts'>>
    | undefined
  /** Random seed. Default 0. */
  readonly seed?: number | undefined
  /** Saves the run in this folder, so that it can be resumed. Without it, nothing is saved. */
  readonly directory?: Place | undefined
  /** Steps between checkpoints. Default 10. */
  readonly checkpointEvery?: number | undefined
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Progress of a run. */
export type TrainProgress =
  | { readonly stage: 'pairs'; readonly part: string; readonly done: number; readonly total: number }
  /** `start`: texts that were compared, to choose the one that the prefix starts from. */
  | { readonly stage: 'start' | 'gate'; readonly done: number; readonly total: number }
  | ({ readonly stage: 'reference' } & ReferenceShare)
  /** Prompts without a pair, and why; reported only if there are any. */
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
