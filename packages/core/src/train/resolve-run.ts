import type { Domain } from '../domains/domain.ts'
import { harmfulnessDomain } from '../domains/harmfulness-domain.ts'
import { given } from '../given.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import { sidesOfKind } from '../pairs/pair-recipe.ts'
import type { Reference } from '../pairs/references/reference.ts'
import { keptAt } from '../storage/memory-storage.ts'
import type { StoredPlace } from '../storage/place.ts'
import type { GateTraining } from './gate/train-gate.ts'
import { presetOf, type RunSettings, runSettings } from './run-settings.ts'
import type { StageName } from './stage/run-stage.ts'
import type { StageTraining, TrainPatchOptions } from './train-options.ts'
import { presetSteps, trainingDefaults } from './training-defaults.ts'

/**
 * A run of `trainPatch`: the given options, and what they resolve to. Missing options come from the domain's recipe (refusal,
 * unless another domain is named), then from `trainingDefaults`.
 */
export interface TrainRun {
  /** The given options, completed from the domain's recipe. */
  readonly options: TrainPatchOptions
  /** The hyperparameters, as recorded in the patch's manifest. */
  readonly settings: RunSettings
  readonly domain: Domain
  readonly judge: Judge
  /** M' with greedy answers; the pairs may sample more from it. */
  readonly reference: Reference | undefined
  readonly seed: number
  /** Where the run is saved; in memory by default. */
  readonly directory: StoredPlace
  readonly checkpointEvery: number
  /** The stages of training that are not skipped, in order. */
  readonly stages: readonly StageName[]
}

/** Throws `INVALID_ARGUMENT` for an unknown preset. */
export function resolveRun(asked: TrainPatchOptions): TrainRun {
  const { domain = harmfulnessDomain(), seed = 0 } = asked
  const options = byRecipe(domain, asked)
  const { format = domain.format, reference: respond } = options
  const { maxTokens = domain.sampling.maxTokens, temperature = 0 } = domain.pairs
  const generation = { ...trainingDefaults.generation, maxTokens, temperature, ...given(options.generation) }
  const reference =
    typeof respond === 'function'
      ? respond({ ...generation, temperature: 0, topP: 1, topK: 0, format, seed })
      : respond
  const settings = runSettings(options, generation, reference)
  return {
    ...{ options, settings, domain, reference, seed },
    judge: options.judge ?? domain.pairs.judge,
    directory: keptAt(options.directory),
    checkpointEvery: options.checkpointEvery ?? 10,
    stages: (['sft', 'dpo'] as const).filter((stage) => settings[stage]),
  }
}

/** Options completed from a domain's recipe; the preset scales the steps of both. */
function byRecipe({ name, format, pairs, training }: Domain, options: TrainPatchOptions): TrainPatchOptions {
  const { domain, filter, validation, distillation } = options
  const preset = presetOf(options)
  const stage = <Stage extends StageTraining>(
    recipe: Stage | false | undefined,
    own: Stage | false | undefined,
  ) => {
    if (!recipe || own === false) return own ?? recipe
    const { steps } = recipe
    return { ...recipe, ...given({ steps: steps && presetSteps(steps, preset) }), ...given(own) }
  }
  return {
    ...options,
    format: options.format ?? format,
    filter:
      filter === undefined ? pairs.filter : filter && { ...(pairs.filter || undefined), ...given(filter) },
    // If the recipe makes no pairs of `keep` prompts, none need to be generated.
    everyday: options.everyday ?? (sidesOfKind(pairs.sides, 'keep') ? undefined : 0),
    prefix: { ...training.prefix, ...given(options.prefix) },
    sft: stage(training.sft, options.sft),
    dpo: stage(training.dpo, options.dpo),
    distillation:
      distillation === false || !(distillation ?? training.distillation)
        ? undefined
        : { ...training.distillation, ...given(distillation) },
    validation:
      validation === false || !(validation ?? training.validation)
        ? (validation ?? training.validation)
        : { ...(training.validation || undefined), ...given(validation) },
    gate: options.gate ?? (training.gate as GateTraining | false | undefined),
    maxResponseTokens: options.maxResponseTokens ?? training.maxResponseTokens,
    manifest: { ...given({ domain: domain && name }), ...options.manifest },
  }
}
