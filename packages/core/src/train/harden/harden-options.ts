import { PatchError } from '../../errors.ts'
import { given, type Resolved } from '../../given.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { Judge } from '../../pairs/judges/judge.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'
import { isTarget } from '../../pairs/rows/prompt-kind.ts'
import type { Attack } from '../../pairs/rows/wrap-prompt.ts'
import { checkFit } from '../../patch/apply/check-fit.ts'
import { checkOnePart } from '../../patch/check-prefix.ts'
import type { Patch } from '../../patch/patch.ts'
import type { GateTraining } from '../gate/train-gate.ts'
import type { StageTraining, TrainPatchOptions, TrainProgress } from '../train-options.ts'
import { checkTraining } from '../trainer/training-settings.ts'

/** How each round trains; as the SFT stage of `trainPatch`. */
export type HardenTraining = Omit<StageTraining, 'steps' | 'partWeights'>

export interface HardenPatchOptions
  extends Pick<TrainPatchOptions, 'manifest' | 'seed' | 'directory' | 'checkpointEvery' | 'signal'> {
  /** The base M that the patch was made for; its weights do not change. */
  readonly model: LanguageModel
  /** The patch to start from: with a single prefix, gated or not. */
  readonly patch: Patch
  /** The safer M', which provides refusals of harmful requests. */
  readonly reference: Reference
  /** Harmful and harmless prompts, such as those that the patch was trained on. Attacks wrap their `bare` form. */
  readonly prompts: readonly PatchPrompt[]
  /** Such as `standardJailbreaks` without one family, which is held out for evaluation. */
  readonly attacks: readonly Attack[]
  /** Default 2. */
  readonly rounds?: number | undefined
  /** Maximum number of prompts of each kind that a round wraps in each attack. Default 24. */
  readonly perAttack?: number | undefined
  /** Steps of SFT in each round. Default 40. */
  readonly steps?: number | undefined
  /** Default: a learning rate of 1e-2 after 5 warm-up steps, and whole answers. */
  readonly training?: HardenTraining | undefined
  /** Decides which attacks succeeded. Default `refusalJudge()`. */
  readonly judge?: Judge | undefined
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
  /** How the model answers, greedily. Default 32 tokens, batches of 32 prompts. */
  readonly generation?:
    | { readonly maxTokens?: number | undefined; readonly batchSize?: number | undefined }
    | undefined
  /** The gate, retrained in each round; `false`: none. Default: one of the same size if the patch has one. */
  readonly gate?: GateTraining | false | undefined
  readonly onProgress?: ((progress: HardenProgress) => void) | undefined
}

/** Progress of a run; round 0 asks the reference. */
export type HardenProgress = TrainProgress & { readonly round: number }

/** The results of a round. */
export interface HardenRound {
  /** Share of wrapped harmful prompts, by attack name, that the patch did not refuse before this round. */
  readonly attackSuccess: Readonly<Record<string, number>>
  /** Number of harmful prompts wrapped in each attack. */
  readonly perAttack: number
  /** Number of harmful rows added to the data: all successful attacks. */
  readonly joined: number
}

export interface HardenedPatch {
  readonly patch: Patch
  readonly rounds: readonly HardenRound[]
}

/** The hyperparameters of a run, with defaults, as recorded in the patch's recipe. */
export interface HardenSettings {
  readonly rounds: number
  readonly perAttack: number
  readonly training: HardenTraining &
    Resolved<Pick<StageTraining, 'steps' | 'learningRate' | 'maxResponseTokens'>>
  readonly format: PromptFormat
  readonly generation: { readonly maxTokens: number; readonly batchSize: number }
  readonly gate: GateTraining | false
}

export function hardenSettings(options: HardenPatchOptions): HardenSettings {
  const { patch, rounds = 2, perAttack = 24, steps = 40, format = 'chat' } = options
  const generation = { maxTokens: 32, batchSize: 32, ...given(options.generation) }
  return {
    ...{ rounds, perAttack, format, generation },
    training: {
      learningRate: 1e-2,
      warmupSteps: Math.min(5, steps),
      maxResponseTokens: generation.maxTokens,
      ...given(options.training),
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

/**
 * Checks all options before the first attack. Throws `INVALID_ARGUMENT`, `EMPTY_DATA`, `UNSUPPORTED` for a patch with parts, or
 * what `checkFit` throws for another model's patch.
 */
export function checkHardenOptions(options: HardenPatchOptions, settings: HardenSettings): void {
  const { model, patch, attacks, prompts } = options
  const { rounds, perAttack, generation, training, gate } = settings
  checkFit(model, patch)
  checkOnePart(patch)
  checkTraining({ ...training, objective: { type: 'sft' } })
  const names = attacks.map(({ name }) => name)
  const { steps, maxResponseTokens } = training
  const counts = { rounds, perAttack, steps, maxResponseTokens, ...generation }
  const problems = [
    gate && !(Number.isInteger(gate.folds ?? 4) && (gate.folds ?? 4) >= 2) && `${gate.folds} folds`,
    names.length === 0 && 'no attack',
    new Set(names).size < names.length && `attacks ${names.join(', ')}`,
    ...Object.entries(counts).map(
      ([name, value]) => !(Number.isInteger(value) && value > 0) && `${name} ${value}`,
    ),
  ].filter((problem) => typeof problem === 'string')
  if (problems.length > 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'attacks with different names, integers of at least 1, and at least 2 folds',
      found: problems.join(', '),
      remedy: 'Correct these options',
    })
  }
  const least = gate ? (gate.folds ?? 4) : 1
  const harmful = prompts.filter(({ kind }) => isTarget(kind)).length
  const harmless = prompts.length - harmful
  if (harmful >= least && harmless >= least) return
  throw new PatchError('EMPTY_DATA', {
    expected: `at least ${least} harmful and ${least} harmless prompts`,
    found: `${harmful} and ${harmless}`,
    remedy: 'Add prompts (everydayPrompts makes harmless ones)',
  })
}
