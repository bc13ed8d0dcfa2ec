import { hasEnoughForGate } from './gate/has-enough-for-gate.ts'
import type { GateTraining } from './gate/train-gate.ts'
import type { DistillationOptions, DpoTraining, StageTraining, TrainPatchOptions } from './train-options.ts'

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

/**
 * Two recipes, measured on SmolLM2-135M-Instruct with batches of 8 and prompts that nothing was trained on.
 *
 * With a gate, which tells the prompts apart, the prefix has but to refuse: SFT, a fifth of it on harmless prompts, so that
 * what it says to those on which the gate fires by mistake stays sound. Refusals are learned to their end.
 *
 * Without one, SFT teaches to refuse and leaves everyday prompts refused too (92% and 16% after 140 steps, with responses
 * cut to 4 tokens); DPO separates the two (96% and 4%, and with another seed 91% and 6%, after 50 more with an `sftWeight`
 * of 0.5 and a `harmlessShare` of 0.4). A DPO learning rate of 4e-3 swung from 97% and 8% to 64% and 2% between seeds.
 * These harmless prompts were of the forms trained on; of others it refuses more (see docs/selectivity.md).
 */
export function resolveOptions(options: TrainPatchOptions): ResolvedOptions {
  const { generation = {}, distillation, validation } = options
  const everyday = options.everyday ?? everydayOf(options)
  const gate = options.gate ?? (hasEnoughForGate(options, everyday) ? {} : false)
  const stages = gate ? gatedStages : ungatedStages
  return {
    format: options.format ?? 'chat',
    generation: { maxTokens: 64, temperature: 0, batchSize: 32, ...generation },
    filter: options.filter ?? {},
    prefix: { length: 50, init: 'text', ...options.prefix },
    sft: options.sft === false ? false : { ...stages.sft, ...options.sft },
    dpo:
      options.dpo === false || (options.dpo === undefined && gate)
        ? false
        : { ...ungatedStages.dpo, ...options.dpo },
    distillation: distillation && { weight: 1, k: 32, harmless: 'base', ...distillation },
    validation:
      validation === false || (validation === undefined && gate)
        ? false
        : { share: 0.1, limit: 24, maxTokens: 24, ...(validation && withoutPrompts(validation)) },
    maxResponseTokens: options.maxResponseTokens ?? generation.maxTokens ?? stages.maxResponseTokens,
    gate,
    everyday,
    contexts: contextsOf(options),
  }
}

const gatedStages = {
  sft: { steps: 100, learningRate: 2e-2, warmupSteps: 5, harmlessShare: 0.2 },
  maxResponseTokens: 32,
}

const ungatedStages = {
  sft: { steps: 160, learningRate: 2e-2, warmupSteps: 5 },
  dpo: { steps: 50, learningRate: 2.5e-3, warmupSteps: 2, beta: 0.3, reference: 'post-sft' as const },
  maxResponseTokens: 64,
}

const everydayOf = ({ prompts, format = 'chat' }: TrainPatchOptions) =>
  prompts && format === 'chat' && prompts.every(({ kind }) => kind === 'harmful') ? EVERYDAY : 0

function contextsOf({ prompts, contexts, format = 'chat' }: TrainPatchOptions): ResolvedOptions['contexts'] {
  if (!prompts || (contexts === undefined && format !== 'chat') || contexts?.length === 0) return 'none'
  return contexts === undefined || contexts === 'default' ? 'default' : 'given'
}

/** Harmless prompts that are made where none is given. */
const EVERYDAY = 600

function withoutPrompts({
  prompts: _,
  ...rest
}: Exclude<TrainPatchOptions['validation'], false | undefined>) {
  return rest
}
