import { PatchError } from '../errors.ts'
import { given, type Resolved } from '../given.ts'
import type { Reference } from '../pairs/references/reference.ts'
import { safetySystemPrompt } from '../pairs/references/system-prompt-reference.ts'
import { isTarget, kindNames } from '../pairs/rows/prompt-kind.ts'
import { describeValue } from '../text/describe-value.ts'
import type { DistillationOptions } from './examples/add-teachers.ts'
import type { GateTraining } from './gate/train-gate.ts'
import type { StageName } from './stage/run-stage.ts'
import type {
  CheckOptions,
  DpoTraining,
  StageTraining,
  TrainingPreset,
  TrainPatchOptions,
} from './train-options.ts'
import type { Objective } from './trainer/objective.ts'
import { presetSteps, trainingDefaults } from './training-defaults.ts'

/** The hyperparameters of a run, with defaults, as recorded in the patch's recipe. */
export interface RunSettings {
  readonly format: 'chat' | 'text'
  readonly generation: {
    readonly maxTokens: number
    readonly temperature: number
    readonly batchSize: number
  }
  readonly filter: TrainPatchOptions['filter']
  readonly prefix: NonNullable<TrainPatchOptions['prefix']>
  readonly sft: (StageTraining & Resolved<Pick<StageTraining, 'steps' | 'learningRate'>>) | false
  readonly dpo: (DpoTraining & Resolved<Pick<DpoTraining, 'steps' | 'learningRate' | 'reference'>>) | false
  readonly distillation: Resolved<DistillationOptions> | undefined
  readonly validation:
    | {
        readonly share: number
        readonly limit: number
        readonly maxTokens: number
        readonly every?: number | undefined
      }
    | false
  readonly check: Resolved<Omit<CheckOptions, 'prompts'>> | false
  readonly minimumReferenceShare: number
  readonly maxResponseTokens: number
  readonly gate: GateTraining | false
  readonly everyday: number
  /** `given` contexts are covered by the data's digests. */
  readonly contexts: 'default' | 'given' | 'none'
}

/** Options completed from `trainingDefaults`. */
export function runSettings(
  options: TrainPatchOptions,
  generation: RunSettings['generation'],
  reference: Reference | undefined,
): RunSettings {
  const { distillation, validation } = options
  const { preset = 'balanced' } = options
  const { limit, everyday: made } = trainingDefaults.presets[preset]
  const everyday = options.everyday ?? (needsEveryday(options) ? made : 0)
  const gate = options.gate ?? (hasEnoughForGate(options, everyday) ? {} : false)
  const defaults = trainingDefaults
  const rows = [...(options.prompts ?? []), ...(options.pairs ?? [])]
  const forAll = everyday === 0 && rows.length > 0 && rows.every(({ kind }) => kind === 'target')
  const stages = gate ? defaults.gated : forAll ? defaults.everywhere : defaults.ungated
  const answerTokens = isGoal(options) ? generation.maxTokens : undefined
  const responseTokens = options.maxResponseTokens ?? options.generation?.maxTokens
  const scaled = <Stage extends { readonly steps: number }>(stage: Stage) => ({
    ...stage,
    steps: presetSteps(stage.steps, preset),
  })
  return {
    format: options.format ?? 'chat',
    generation,
    filter: options.filter ?? {},
    prefix: prefixOf(options, reference),
    sft: options.sft === false ? false : { ...scaled(stages.sft), ...given(options.sft) },
    dpo:
      options.dpo === false || (options.dpo === undefined && (gate || forAll))
        ? false
        : { ...scaled(defaults.ungated.dpo), ...given(options.dpo) },
    distillation: distillation ? { ...defaults.distillation, ...given(distillation) } : undefined,
    validation:
      validation === false || (validation === undefined && gate)
        ? false
        : {
            ...{ ...defaults.validation, limit },
            ...given({ maxTokens: answerTokens }),
            ...given(withoutPrompts(validation)),
          },
    check: checkOf(options, limit, answerTokens),
    minimumReferenceShare:
      options.minimumReferenceShare ?? (options.filter === false ? 0 : defaults.minimumReferenceShare),
    maxResponseTokens: responseTokens ?? answerTokens ?? stages.maxResponseTokens,
    gate,
    everyday,
    contexts: contextsOf(options),
  }
}

/** Whether the goal is something other than safety, such as a format or a style, which may show only at an answer's end. */
export function isGoal({ prompts = [], pairs = [] }: TrainPatchOptions): boolean {
  return kindNames([...prompts, ...pairs]).target === 'target'
}

function checkOf(
  { check, filter }: TrainPatchOptions,
  limit: number,
  answerTokens: number | undefined,
): RunSettings['check'] {
  // Keeping all pairs regardless of their scores means not relying on the judge.
  if (check === false || (check === undefined && filter === false)) return false
  const { share, maxTokens, minimumWanted, maximumLoss } = trainingDefaults.check
  return {
    ...{ share, limit, minimumWanted, maximumLoss, maxTokens: answerTokens ?? maxTokens },
    ...given(withoutPrompts(check)),
  }
}

/**
 * A prefix starts from the system prompt that the reference was given. For a goal other than safety without one, it starts from
 * wanted answers that are known in advance. The stock system prompt has its own, shorter sentence.
 */
function prefixOf(options: TrainPatchOptions, reference: Reference | undefined): RunSettings['prefix'] {
  const taught = reference?.settings?.systemPrompt
  const own = typeof taught === 'string' && taught.trim() !== '' && taught !== safetySystemPrompt
  const text = own ? taught : isGoal(options) ? exampleText(options, reference) : undefined
  return { ...trainingDefaults.prefix, ...given({ text }), ...given(options.prefix) }
}

/** Some answers to targets, in a sentence that asks for more like them. */
function exampleText({ prompts = [], pairs = [] }: TrainPatchOptions, reference: Reference | undefined) {
  const answers = [
    ...pairs.filter(({ kind }) => isTarget(kind)).map(({ chosen }) => chosen),
    ...prompts.filter(({ kind }) => isTarget(kind)).map(({ prompt }) => reference?.known?.(prompt)),
  ].filter((answer) => answer !== undefined)
  if (answers.length === 0) return undefined
  return `Answer as in these examples: ${answers.slice(0, 4).join(' ')}`
}

/** The given preset, or the default. Throws `INVALID_ARGUMENT` for an unknown one. */
export function presetOf({ preset = 'balanced' }: TrainPatchOptions): TrainingPreset {
  const { presets } = trainingDefaults
  if (Object.hasOwn(presets, preset)) return preset
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a preset: ${Object.keys(presets).join(', ')}`,
    found: describeValue(preset),
    remedy: 'Use one of these',
  })
}

const needsEveryday = ({ prompts, format = 'chat' }: TrainPatchOptions) =>
  prompts !== undefined && format === 'chat' && prompts.every(({ kind }) => isTarget(kind))

function contextsOf({ prompts, contexts, format = 'chat' }: TrainPatchOptions): RunSettings['contexts'] {
  if (!prompts || (contexts === undefined && format !== 'chat') || contexts?.length === 0) return 'none'
  return contexts === undefined || contexts === 'default' ? 'default' : 'given'
}

function withoutPrompts<T extends object>(options: (T & { readonly prompts?: unknown }) | false | undefined) {
  const { prompts: _, ...rest } = options || ({} as T & { readonly prompts?: unknown })
  return rest
}

/** Number of tokens that a stage's responses are truncated to. */
export const responseLimit = (settings: RunSettings, stage: StageTraining): number =>
  stage.maxResponseTokens ?? settings.maxResponseTokens

/** What a stage of a run optimizes. */
export function stageObjective(stage: StageName, { dpo, distillation }: RunSettings): Objective {
  if (stage === 'sft' || !dpo) return { type: 'sft', distillationWeight: distillation?.weight }
  const { beta, lossType, labelSmoothing, sftWeight } = dpo
  return { type: 'dpo', beta, lossType, labelSmoothing, sftWeight }
}

/** With fewer prompts of a kind, a threshold at a few per cent cannot be estimated. */
const LEAST = 40

/** Whether there are enough prompts for a gate, including those that the model will generate. */
export function hasEnoughForGate(
  { prompts = [], pairs = [], format = 'chat' }: TrainPatchOptions,
  everyday: number,
): boolean {
  const rows = [...prompts, ...pairs]
  const targets = rows.filter(({ kind }) => isTarget(kind)).length
  return format === 'chat' && targets >= LEAST && rows.length - targets + everyday >= LEAST
}
