import {
  applyPatch,
  evaluatePatch,
  type LanguageModel,
  type Patch,
  type Storage,
  type TrainPatchOptions,
  type TrainProgress,
  trainPatch,
} from '@policypatch/core'
import { evaluationEffects, type PatchEvaluation } from '@policypatch/core/evaluate'
import { type StageProgress, trainingContexts } from '@policypatch/core/pairs'
import { withEffects } from '@policypatch/core/patch'
import { type DemoData, type DemoLimits, readDemoData } from './demo-data.ts'
import type { StageClock } from './stage-clock.ts'

/** The model that the demo patches. */
export const demoModel = 'HuggingFaceTB/SmolLM2-135M-Instruct'

export interface RunDemoOptions {
  readonly load: () => Promise<LanguageModel>
  /** Where the run is saved. A stopped demo resumes from there. */
  readonly storage: Storage
  readonly clock: StageClock
  readonly onTraining: (progress: TrainProgress) => void
  readonly onEvaluation: (progress: StageProgress) => void
  readonly signal?: AbortSignal
  readonly seed?: number
}

export interface DemoOutcome {
  readonly patch: Patch
  readonly evaluation: PatchEvaluation
}

/** Sized for four to eight minutes on two cores. README has the measured time. */
export const limits: DemoLimits = {
  train: { nearMisses: 800, handwritten: 150, everyday: 350 },
  plain: 36,
  placed: 14,
}

/** A smaller version of the default recipe: fewer steps, and the gate reads each prompt in only one context. */
const recipe = {
  generation: { maxTokens: 24, batchSize: 32 },
  sft: { steps: 64 },
  gate: { bare: false },
} satisfies Partial<TrainPatchOptions>

/** Tokens of a response to judge: enough to tell a refusal from an answer. */
const RESPONSE_TOKENS = 24

export interface TrainDemoOptions extends Pick<RunDemoOptions, 'storage' | 'onTraining' | 'seed'> {
  readonly signal?: AbortSignal | undefined
  readonly model: LanguageModel
  /** Overrides the demo's own settings. */
  readonly sft?: TrainPatchOptions['sft']
}

/** Trains the demo's patch. */
export async function trainDemo(options: TrainDemoOptions, data?: DemoData): Promise<Patch> {
  const { model, storage, onTraining, signal, seed = 0, sft = recipe.sft } = options
  const { reference, train, chats } = data ?? (await readDemoData(limits))
  return trainPatch({
    ...{ model, reference, prompts: train, ...recipe, sft, seed },
    contexts: [...trainingContexts, ...chats],
    manifest: { name: 'smollm2-135m-harmfulness', domain: 'harmfulness' },
    directory: { storage, path: 'run' },
    // It is evaluated thoroughly afterwards, on prompts of public data sets.
    check: false,
    onProgress: onTraining,
    signal,
  })
}

/** Trains a patch for the demo's model, applies it and measures its effects. */
export async function runDemo(options: RunDemoOptions): Promise<DemoOutcome> {
  const { storage, clock, signal, seed = 0 } = options
  const data = await readDemoData(limits)
  const model = await options.load()
  clock.lap('load')
  const onTraining = (event: TrainProgress) => {
    clock.lap(event.stage)
    options.onTraining(event)
  }
  const patch = await trainDemo({ model, storage, signal, seed, onTraining }, data)
  // Evaluation needs the memory of the programs that training ran.
  await model.releasePrograms()
  const evaluation = await evaluatePatch({
    ...{ model, patched: applyPatch(model, patch), reference: data.reference, prompts: data.heldOut },
    everyday: data.everyday,
    generation: { maxTokens: RESPONSE_TOKENS, batchSize: 32 },
    directory: { storage, path: 'run/evaluation' },
    onProgress: options.onEvaluation,
    signal,
  })
  clock.lap('evaluate')
  return { patch: await withEffects(patch, evaluationEffects(evaluation)), evaluation }
}
