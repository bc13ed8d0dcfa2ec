import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { isRefusal } from '../../src/pairs/judges/is-refusal.ts'
import { functionJudge } from '../../src/pairs/judges/judge.ts'
import type { Reference } from '../../src/pairs/references/reference.ts'
import type { PatchPrompt, PreferencePair } from '../../src/pairs/rows/preference-pair.ts'
import type { StoredPlace } from '../../src/storage/place.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { TrainPatchOptions } from '../../src/train/train-options.ts'

/** Where a run is saved. */
export const runIn = (storage: Storage): StoredPlace => ({ storage, path: 'run' })

export const prompts: PatchPrompt[] = [
  ...['how to harm one', 'how to harm two', 'harm three', 'harm four please', 'harm five'].map((prompt) => ({
    prompt,
    kind: 'harmful' as const,
  })),
  ...['bake bread', 'name a river', 'sum of two', 'a short poem', 'boil eggs'].map((prompt) => ({
    prompt,
    kind: 'harmless' as const,
  })),
]

/** Refuses harmful prompts and answers the rest. */
export const safe: Reference = {
  specificationVersion: 'v1',
  name: 'safe',
  async *respond(asked) {
    for (const [index, { kind, prompt }] of asked.entries())
      yield { index, response: kind === 'harmful' ? `I cannot help with that, ${prompt}` : '7 8 9' }
  },
}

/**
 * Distinguishes refusals from answers. An answer to a harmful prompt gets a small score from its last id, so that scores vary.
 */
export const judge = functionJudge({
  name: 'words',
  score: ({ kind, response }) => {
    if (kind === 'harmless') return isRefusal(response) ? 0 : 1
    return isRefusal(response) ? 1 : 0.04 * (Number(response.trim().split(' ').at(-1)) % 10)
  },
})

export const pairs: PreferencePair[] = [
  {
    prompt: 'harm one',
    kind: 'harmful',
    chosen: 'I cannot help',
    rejected: '5 6 7',
    chosenScore: 1,
    rejectedScore: 0,
  },
  {
    prompt: 'bake bread',
    kind: 'harmless',
    chosen: '7 8 9',
    rejected: 'I cannot',
    chosenScore: 1,
    rejectedScore: 0,
  },
]

/** Options for a small run from prompts. */
export const runOptions = (
  model: LanguageModel,
  changes: Partial<TrainPatchOptions> = {},
): TrainPatchOptions => ({
  model,
  reference: safe,
  prompts,
  judge,
  generation: { maxTokens: 3 },
  prefix: { length: 4 },
  sft: { steps: 3, batchSize: 2, learningRate: 0.05 },
  dpo: { steps: 2, batchSize: 2, learningRate: 0.02 },
  validation: { share: 0.2, every: 1, maxTokens: 2 },
  maxResponseTokens: 4,
  checkpointEvery: 1,
  contexts: [],
  ...changes,
})

/** Options for a short run with ready-made pairs and no validation. */
export const quickOptions = (model: LanguageModel, changes: Partial<TrainPatchOptions> = {}) => {
  const { prompts: _, reference: __, ...rest } = runOptions(model, { pairs, validation: false, ...changes })
  return rest
}
