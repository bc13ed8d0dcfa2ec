import {
  applyPatch,
  evaluateRefusal,
  type LanguageModel,
  type Patch,
  type Reference,
  type Storage,
  systemPromptReference,
  type TrainPatchOptions,
  type TrainProgress,
  trainPatch,
  withEffects,
} from '@policypatch/core'
import { type DemoData, type DemoLimits, readDemoData } from './demo-data.ts'
import { demoEffects } from './demo-effects.ts'
import type { DemoMeasurement, DemoOutcome, DemoSubject } from './demo-outcome.ts'
import type { StageClock } from './stage-clock.ts'

/** The model that the demo patches. */
export const demoModel = 'HuggingFaceTB/SmolLM2-135M-Instruct'

export type DemoProgress =
  | TrainProgress
  | { readonly stage: 'evaluate'; readonly of: DemoSubject; readonly done: number; readonly total: number }

export interface RunDemoOptions {
  readonly load: () => Promise<LanguageModel>
  /** Where the run is kept; a stopped demo goes on from there. */
  readonly storage: Storage
  readonly clock: StageClock
  readonly onProgress: (progress: DemoProgress) => void
  readonly signal?: AbortSignal
  readonly seed?: number
}

/** Sized for eight minutes on two cores. */
const limits: DemoLimits = {
  train: { harmful: 294, everyday: 320, handwritten: 262 },
  validation: 20,
  test: 96,
  harder: 48,
}

/** Tokens by which a response is judged: enough to tell a refusal from an answer. */
const RESPONSE_TOKENS = 20

/** Tokens of the pairs: enough for the filter's judge, and more than is trained on. */
const PAIR_TOKENS = 12

/**
 * What serves a model of this size in this time. Whether to refuse is decided within the first words, and the rest of
 * an answer, which nobody can foretell, would only drown that in noise: so four tokens are trained on. SFT teaches
 * refusing; DPO, which sets a refusal against an answer to the same prompt, teaches when. Some of the SFT loss is
 * kept in it, for DPO alone may drift to either side.
 */
const recipe = {
  maxResponseTokens: 4,
  sft: { steps: 105, learningRate: 2e-2, harmlessShare: 0.6 },
  dpo: { steps: 50, learningRate: 2.5e-3, beta: 0.3, sftWeight: 0.5, harmlessShare: 0.5 },
} satisfies Partial<TrainPatchOptions>

/** The product's main job on the embedded default: train a patch, apply it, and measure what it does. */
export async function runDemo(options: RunDemoOptions): Promise<DemoOutcome> {
  const { storage, clock, onProgress, signal, seed = 0 } = options
  const data = await readDemoData(limits)
  const model = await options.load()
  clock.lap('load')
  const patch = await trainPatch({
    model,
    reference: data.reference,
    prompts: data.train,
    generation: { maxTokens: PAIR_TOKENS },
    ...recipe,
    validation: { prompts: data.validation, maxTokens: 12, every: 35 },
    manifest: { name: 'smollm2-135m-harmfulness', domain: 'harmfulness' },
    seed,
    storage,
    directory: 'run',
    onProgress: (event) => {
      clock.lap(event.stage)
      onProgress(event)
    },
    ...(signal && { signal }),
  })
  const measurements = await measureAll(model, patch, data, options)
  clock.lap('evaluate')
  const effects = demoEffects(measurements.base, measurements.patched)
  return { patch: await withEffects(patch, effects), measurements }
}

async function measureAll(model: LanguageModel, patch: Patch, data: DemoData, options: RunDemoOptions) {
  const generation = { maxTokens: RESPONSE_TOKENS, batchSize: 32 }
  const subjects: Record<DemoSubject, { model: LanguageModel } | { reference: Reference }> = {
    base: { model },
    systemPrompt: { reference: systemPromptReference({ model, ...generation }) },
    patched: { model: applyPatch(model, patch) },
    reference: { reference: firstTokens(data.reference, model) },
  }
  const measure = async (of: DemoSubject): Promise<DemoMeasurement> => {
    const evaluate = (prompts: DemoData['test'], name: string) =>
      evaluateRefusal({
        ...subjects[of],
        options: generation,
        prompts,
        storage: options.storage,
        path: `run/${of}-${name}.jsonl`,
        onProgress: ({ stage, done, total }) => {
          if (stage === 'model') options.onProgress({ stage: 'evaluate', of, done, total })
        },
        ...(options.signal && { signal: options.signal }),
      })
    return {
      test: await evaluate(data.test, 'test'),
      handwritten: await evaluate(data.handwritten, 'handwritten'),
      lookalikes: await evaluate(data.lookalikes, 'lookalikes'),
    }
  }
  return {
    base: await measure('base'),
    systemPrompt: await measure('systemPrompt'),
    patched: await measure('patched'),
    reference: await measure('reference'),
  }
}

/** Recorded outputs cut to the length at which everything else is judged. */
function firstTokens(reference: Reference, { tokenizer }: LanguageModel): Reference {
  const cut = (text: string) =>
    tokenizer.decode(tokenizer.encode(text, { addSpecialTokens: false }).slice(0, RESPONSE_TOKENS))
  return {
    ...reference,
    settings: { ...reference.settings, tokens: RESPONSE_TOKENS },
    async *respond(prompts, options) {
      for await (const { index, response } of reference.respond(prompts, options)) {
        yield { index, response: response === undefined ? undefined : cut(response) }
      }
    },
  }
}
