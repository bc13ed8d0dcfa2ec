import { gatesOf } from '../../model/gate.ts'
import type { Gate, GenerateOptions, LanguageModel } from '../../model/language-model.ts'
import { fnv1a } from '../fnv1a.ts'
import { formatPrompt, type PromptFormat } from '../prompt-format.ts'
import { promptSeed } from '../prompt-seed.ts'
import type { Reference } from '../reference.ts'

/** A reference whose probabilities are at hand too. */
export type ScoringReference = Reference &
  Required<Pick<Reference, 'score' | 'distributions' | 'candidateLogps'>>

export interface ModelReferenceOptions extends Omit<GenerateOptions, 'signal'> {
  /** The model that answers: a safer release, the target with a LoRA merged, or one with a patch applied. */
  readonly model: LanguageModel
  /** Default `model:` and the model's id. */
  readonly name?: string
  /** Default `chat`. */
  readonly format?: PromptFormat
}

/** A reference M' that is a model at hand. Each prompt's sample depends on the seed and the prompt alone. */
export function modelReference({ model, ...options }: ModelReferenceOptions): ScoringReference {
  const { name = `model:${model.id}`, format = 'chat', batchSize, ...sampling } = options
  const resolved = { maxTokens: 128, temperature: 0, topK: 0, topP: 1, seed: 0, stopTokens: [], ...sampling }
  return {
    specificationVersion: 'v1',
    name,
    settings: { weights: model.weightsFingerprint, prefix: prefixMark(model), format, ...resolved },
    async *respond(prompts, { signal } = {}) {
      const requests = prompts.map(({ prompt }) => ({
        prompt: formatPrompt(prompt, format),
        seed: promptSeed(resolved.seed, prompt),
      }))
      const generations = model.generateBatch(requests, {
        ...resolved,
        ...(batchSize === undefined ? {} : { batchSize }),
        ...(signal ? { signal } : {}),
      })
      for await (const { index, text } of generations) yield { index, response: text }
    },
    async score(requests) {
      const scores = await model.score(requests)
      return scores.map(({ logProbabilities }) => logProbabilities.reduce((sum, logp) => sum + logp, 0))
    },
    distributions: (requests, k) => model.distributions(requests, k),
    candidateLogps: (requests) => model.candidateLogps(requests),
  }
}

/** Tells prefixes apart, so that a run is not resumed under another patch. */
function prefixMark({ prefix }: LanguageModel): string | null {
  if (!prefix) return null
  const parts = prefix.parts?.map((part) => `${part.prefix.length}*${part.weight}`).join('|') ?? prefix.length
  const gates = gatesOf(prefix).map((gate) => (gate ? `:${gateMark(gate)}` : ''))
  return `${parts}:${digest(prefix.embeddings)}${gates.join('')}`
}

function gateMark({ layer, window, mean, scale, hidden, hiddenBias, output, bias }: Gate): string {
  const numbers = [[layer, window, bias], mean, scale, hidden, hiddenBias, output]
  return numbers.map((values) => digest(Float32Array.from(values))).join('.')
}

const digest = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  fnv1a(new Uint8Array(buffer, byteOffset, byteLength)).toString(16)
