import { hasEnoughForGate } from './gate/has-enough-for-gate.ts'
import type { GateTraining } from './gate/train-gate.ts'
import type { DistillationOptions, DpoTraining, StageTraining, TrainPatchOptions } from './train-options.ts'
import { trainingDefaults } from './training-defaults.ts'

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
  readonly maxResponseTokens: number
  readonly gate: GateTraining | false
  readonly everyday: number
  /** Contexts of one's own are digested in the data. */
  readonly contexts: 'default' | 'given' | 'none'
}

/** Options with `trainingDefaults` where nothing is said. */
export function resolveOptions(options: TrainPatchOptions): ResolvedOptions {
  const { generation = {}, distillation, validation } = options
  const everyday = options.everyday ?? everydayOf(options)
  const gate = options.gate ?? (hasEnoughForGate(options, everyday) ? {} : false)
  const defaults = trainingDefaults
  const stages = gate ? defaults.gated : defaults.ungated
  return {
    format: options.format ?? 'chat',
    generation: { ...defaults.generation, ...generation },
    filter: options.filter ?? {},
    prefix: { ...defaults.prefix, ...options.prefix },
    sft: options.sft === false ? false : { ...stages.sft, ...options.sft },
    dpo:
      options.dpo === false || (options.dpo === undefined && gate)
        ? false
        : { ...defaults.ungated.dpo, ...options.dpo },
    distillation: distillation && { ...defaults.distillation, ...distillation },
    validation:
      validation === false || (validation === undefined && gate)
        ? false
        : { ...defaults.validation, ...(validation && withoutPrompts(validation)) },
    maxResponseTokens: options.maxResponseTokens ?? generation.maxTokens ?? stages.maxResponseTokens,
    gate,
    everyday,
    contexts: contextsOf(options),
  }
}

const everydayOf = ({ prompts, format = 'chat' }: TrainPatchOptions) =>
  prompts && format === 'chat' && prompts.every(({ kind }) => kind === 'harmful')
    ? trainingDefaults.everyday
    : 0

function contextsOf({ prompts, contexts, format = 'chat' }: TrainPatchOptions): ResolvedOptions['contexts'] {
  if (!prompts || (contexts === undefined && format !== 'chat') || contexts?.length === 0) return 'none'
  return contexts === undefined || contexts === 'default' ? 'default' : 'given'
}

function withoutPrompts({
  prompts: _,
  ...rest
}: Exclude<TrainPatchOptions['validation'], false | undefined>) {
  return rest
}
