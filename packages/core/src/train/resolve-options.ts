import { PatchError } from '../errors.ts'
import { safetySystemPrompt } from '../pairs/references/system-prompt-reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { isTarget, kindNames } from '../pairs/rows/prompt-kind.ts'
import { describeValue } from '../text/describe-value.ts'
import type { DistillationOptions } from './examples/add-teachers.ts'
import type { GateTraining } from './gate/train-gate.ts'
import type {
  CheckOptions,
  DpoTraining,
  StageTraining,
  TrainingPreset,
  TrainPatchOptions,
} from './train-options.ts'
import type { Objective } from './trainer/objective.ts'
import { presetSteps, trainingDefaults } from './training-defaults.ts'

type Resolved<T> = { readonly [Key in keyof T]-?: Exclude<T[Key], undefined> }

/** The hyper-parameters of a run, as given or defaulted: what the recipe of the patch records. */
export interface ResolvedOptions {
  readonly format: 'chat' | 'text'
  readonly generation: {
    readonly maxTokens: number
    readonly temperature: number
    readonly batchSize: number
  }
  readonly filter: TrainPatchOptions['filter']
  readonly prefix: NonNullable<TrainPatchOptions['prefix']>
  readonly sft: (StageTraining & Required<Pick<StageTraining, 'steps' | 'learningRate'>>) | false
  readonly dpo: (DpoTraining & Required<Pick<DpoTraining, 'steps' | 'learningRate' | 'reference'>>) | false
  readonly distillation: Resolved<DistillationOptions> | undefined
  readonly validation:
    | { readonly share: number; readonly limit: number; readonly maxTokens: number; readonly every?: number }
    | false
  readonly check: Required<Omit<CheckOptions, 'prompts'>> | false
  readonly minimumReferenceShare: number
  readonly maxResponseTokens: number
  readonly gate: GateTraining | false
  readonly everyday: number
  /** Contexts of one's own are digested in the data. */
  readonly contexts: 'default' | 'given' | 'none'
}

/** Options with `trainingDefaults` where nothing is said. */
export function resolveOptions(options: TrainPatchOptions): ResolvedOptions {
  const { generation = {}, distillation, validation } = options
  const preset = presetOf(options)
  const { limit, everyday: made } = trainingDefaults.presets[preset]
  const everyday = options.everyday ?? (needsEveryday(options) ? made : 0)
  const gate = options.gate ?? (hasEnoughForGate(options, everyday) ? {} : false)
  const defaults = trainingDefaults
  const rows = [...(options.prompts ?? []), ...(options.pairs ?? [])]
  const forAll = everyday === 0 && rows.length > 0 && rows.every(({ kind }) => kind === 'target')
  const stages = gate ? defaults.gated : forAll ? defaults.everywhere : defaults.ungated
  const answerTokens = isGoal(options) ? (generation.maxTokens ?? defaults.generation.maxTokens) : undefined
  const responseTokens = options.maxResponseTokens ?? generation.maxTokens
  const scaled = <Stage extends { readonly steps: number }>(stage: Stage) => ({
    ...stage,
    steps: presetSteps(stage.steps, preset),
  })
  return {
    format: options.format ?? 'chat',
    generation: { ...defaults.generation, ...generation },
    filter: options.filter ?? {},
    prefix: prefixOf(options),
    sft: options.sft === false ? false : { ...scaled(stages.sft), ...options.sft },
    dpo:
      options.dpo === false || (options.dpo === undefined && (gate || forAll))
        ? false
        : { ...scaled(defaults.ungated.dpo), ...options.dpo },
    distillation: distillation && { ...defaults.distillation, ...distillation },
    validation:
      validation === false || (validation === undefined && gate)
        ? false
        : {
            ...{ ...defaults.validation, limit },
            ...(answerTokens !== undefined && { maxTokens: answerTokens }),
            ...(validation && withoutPrompts(validation)),
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

/** Whether what is wanted is something else than safety, such as a format or a style: it may show only at an answer's end. */
export function isGoal({ prompts = [], pairs = [] }: TrainPatchOptions): boolean {
  return kindNames([...prompts, ...pairs]).target === 'target'
}

function checkOf(
  { check, filter }: TrainPatchOptions,
  limit: number,
  answerTokens: number | undefined,
): ResolvedOptions['check'] {
  // Who keeps pairs whatever their scores does not go by the judge.
  if (check === false || (check === undefined && filter === false)) return false
  const { share, maxTokens, minimumWanted, maximumLoss } = trainingDefaults.check
  return {
    ...{ share, limit, minimumWanted, maximumLoss, maxTokens: answerTokens ?? maxTokens },
    ...(check && withoutPrompts(check)),
  }
}

/** A prefix starts from the system prompt that taught the reference; the stock one has a shorter sentence of its own. */
function prefixOf({ prefix, reference }: TrainPatchOptions): ResolvedOptions['prefix'] {
  const taught = reference?.settings?.systemPrompt
  const own = typeof taught === 'string' && taught.trim() !== '' && taught !== safetySystemPrompt
  return { ...trainingDefaults.prefix, ...(own && { text: taught }), ...prefix }
}

/** The preset that is given or the default. Throws `INVALID_ARGUMENT` for one that there is not. */
function presetOf({ preset = 'balanced' }: TrainPatchOptions): TrainingPreset {
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

function contextsOf({ prompts, contexts, format = 'chat' }: TrainPatchOptions): ResolvedOptions['contexts'] {
  if (!prompts || (contexts === undefined && format !== 'chat') || contexts?.length === 0) return 'none'
  return contexts === undefined || contexts === 'default' ? 'default' : 'given'
}

function withoutPrompts<T extends { readonly prompts?: readonly PatchPrompt[] }>({ prompts: _, ...rest }: T) {
  return rest
}

/** What a stage of a run optimizes. */
export function stageObjective(stage: 'sft' | 'dpo', { dpo, distillation }: ResolvedOptions): Objective {
  if (stage === 'sft' || !dpo) {
    return { type: 'sft', ...(distillation && { distillationWeight: distillation.weight }) }
  }
  const { beta, lossType, labelSmoothing, sftWeight } = dpo
  return {
    type: 'dpo',
    ...(beta !== undefined && { beta }),
    ...(lossType && { lossType }),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
    ...(sftWeight !== undefined && { sftWeight }),
  }
}

/** Fewer prompts of a kind than this tell nothing of a threshold at a few per cent. */
const LEAST = 40

/** Whether there are prompts enough for a gate, those that the model is going to make included. */
export function hasEnoughForGate(
  { prompts = [], pairs = [], format = 'chat' }: TrainPatchOptions,
  everyday: number,
): boolean {
  const rows = [...prompts, ...pairs]
  const targets = rows.filter(({ kind }) => isTarget(kind)).length
  return format === 'chat' && targets >= LEAST && rows.length - targets + everyday >= LEAST
}
