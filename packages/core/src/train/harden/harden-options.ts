import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { Judge } from '../../pairs/judge.ts'
import type { PatchPrompt } from '../../pairs/preference-pair.ts'
import type { PromptFormat } from '../../pairs/prompt-format.ts'
import type { Reference } from '../../pairs/reference.ts'
import type { Attack } from '../../pairs/wrap-prompt.ts'
import type { Patch } from '../../patch/patch.ts'
import type { GateTraining } from '../gate/train-gate.ts'
import type { StageTraining, TrainPatchOptions, TrainProgress } from '../train-options.ts'

/** How each round trains; as the stage SFT of `trainPatch`. */
export type HardenTraining = Omit<StageTraining, 'steps' | 'partWeights'>

export interface HardenPatchOptions
  extends Pick<
    TrainPatchOptions,
    'manifest' | 'seed' | 'storage' | 'directory' | 'checkpointEvery' | 'signal'
  > {
  /** The base M that the patch was made for; its weights stay as they are. */
  readonly model: LanguageModel
  /** The patch to begin with: of one prefix, gated or not. */
  readonly patch: Patch
  /** The safer M', which says how harmful requests are refused. */
  readonly reference: Reference
  /** Harmful prompts and harmless ones, such as those that the patch was trained on. Attacks wrap their `bare` form. */
  readonly prompts: readonly PatchPrompt[]
  /** Such as `standardJailbreaks` without a family, which is held out to measure by. */
  readonly attacks: readonly Attack[]
  /** Default 2. */
  readonly rounds?: number
  /** Most prompts of each kind that a round wraps in each attack. Default 24. */
  readonly perAttack?: number
  /** Steps of SFT in each round. Default 40. */
  readonly steps?: number
  /** Default: a learning rate of 1e-2 after 5 steps of warm-up, and whole answers. */
  readonly training?: HardenTraining
  /** Tells what got through. Default `refusalJudge()`. */
  readonly judge?: Judge
  /** Default `chat`. */
  readonly format?: PromptFormat
  /** How the model answers, greedily. Default 32 tokens, 32 prompts together. */
  readonly generation?: { readonly maxTokens?: number; readonly batchSize?: number }
  /** The gate, trained again in each round; `false`: none. Default: one of the same size where the patch has one. */
  readonly gate?: GateTraining | false
  readonly onProgress?: (progress: HardenProgress) => void
}

/** What a run reports as it goes; round 0 asks the reference. */
export type HardenProgress = TrainProgress & { readonly round: number }

/** What came of a round. */
export interface HardenRound {
  /** Share of wrapped harmful prompts, by the name of the attack, that the patch did not refuse before this round. */
  readonly attackSuccess: Readonly<Record<string, number>>
  /** Harmful prompts that were wrapped in each attack. */
  readonly perAttack: number
  /** Harmful rows that joined the data: all that got through. */
  readonly joined: number
}

export interface HardenedPatch {
  readonly patch: Patch
  readonly rounds: readonly HardenRound[]
}

/** The hyper-parameters of a run, as given or defaulted: what the recipe of the patch records. */
export interface HardenSettings {
  readonly rounds: number
  readonly perAttack: number
  readonly training: HardenTraining &
    Required<Pick<StageTraining, 'steps' | 'learningRate' | 'maxResponseTokens'>>
  readonly format: PromptFormat
  readonly generation: { readonly maxTokens: number; readonly batchSize: number }
  readonly gate: GateTraining | false
}

export function hardenSettings(options: HardenPatchOptions): HardenSettings {
  const { patch, rounds = 2, perAttack = 24, steps = 40, format = 'chat' } = options
  const generation = { maxTokens: 32, batchSize: 32, ...options.generation }
  return {
    ...{ rounds, perAttack, format, generation },
    training: {
      learningRate: 1e-2,
      warmupSteps: Math.min(5, steps),
      maxResponseTokens: generation.maxTokens,
      ...options.training,
      steps,
    },
    gate: options.gate ?? gateLike(patch),
  }
}

function gateLike({ manifest }: Patch): GateTraining | false {
  if (!manifest.prefix.gate) return false
  const { layers, window, question, units } = manifest.prefix.gate
  return { layers, window, units, question: question ?? false }
}
