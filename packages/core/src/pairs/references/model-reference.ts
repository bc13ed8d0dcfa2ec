import { given } from '../../given.ts'
import type { GenerateOptions, LanguageModel } from '../../model/language-model/language-model.ts'
import { modelIdentity } from '../../model/language-model/model-identity.ts'
import { promptSeed } from '../rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../rows/prompt-format.ts'
import type { Reference } from './reference.ts'

/** A reference that also gives probabilities. */
export type ScoringReference = Reference &
  Required<Pick<Reference, 'scoreTotals' | 'scoreTop' | 'scoreCandidates' | 'identity'>>

export interface ModelReferenceOptions extends Omit<GenerateOptions, 'signal'> {
  /** The model that answers: a safer release, the target with a LoRA merged, or one with a patch applied. */
  readonly model: LanguageModel
  /** Default: `model:` and the model's id. */
  readonly name?: string | undefined
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
}

/** A reference M' that is a loaded model. Each prompt's sample depends only on the seed and the prompt. */
export function modelReference({ model, ...options }: ModelReferenceOptions): ScoringReference {
  const { name = `model:${model.id}`, format = 'chat', batchSize, ...sampling } = options
  const resolved = {
    maxTokens: 128,
    temperature: 0,
    topK: 0,
    topP: 1,
    seed: 0,
    stopTokens: [],
    ...given(sampling),
  }
  return {
    specificationVersion: 'v1',
    name,
    settings: { format, ...resolved },
    identity: async () => ({ ...(await modelIdentity(model)) }),
    async *respond(prompts, { signal } = {}) {
      const requests = prompts.map(({ prompt }) => ({
        prompt: formatPrompt(prompt, format),
        seed: promptSeed(resolved.seed, prompt),
      }))
      const generations = model.generateBatch(requests, {
        ...{ ...resolved, batchSize, signal },
      })
      for await (const { index, text } of generations) yield { index, response: text }
    },
    async scoreTotals(requests) {
      const scores = await model.score(requests)
      return scores.map(({ logProbabilities }) => logProbabilities.reduce((sum, logp) => sum + logp, 0))
    },
    scoreTop: (requests, k) => model.scoreTop(requests, k),
    scoreCandidates: (requests) => model.scoreCandidates(requests),
  }
}
