import { describe, expect, it } from 'vitest'
import type { Backend } from '../src/backend/backend.ts'
import { createLanguageModel } from '../src/model/create-language-model.ts'
import { findArchitecture } from '../src/model/decoder/architectures/find-architecture.ts'
import type { Generation, LanguageModel, Prefix } from '../src/model/language-model/language-model.ts'
import { numberTokenizer } from '../src/testing/number-tokenizer.ts'
import { PrefixTrainer } from '../src/train/trainer/prefix-trainer.ts'
import { goldenJson, relativeDifference } from './goldens.ts'
import { hashedValues, hashedWeights } from './models/hashed-weights.ts'

interface Case {
  readonly family: string
  readonly config: Readonly<Record<string, unknown>>
  readonly ids: readonly number[]
  readonly logps: readonly number[]
  readonly gradient: readonly number[]
  readonly patched: readonly number[]
  readonly greedy: readonly number[]
  /** It contains only every n-th number of the gradient, and neither patched nor generated values. */
  readonly random?: true
}

const { prefix: length, cases } = await goldenJson<{ prefix: number; cases: Case[] }>('families.json')

async function modelOf(config: Case['config'], backend: Backend): Promise<LanguageModel> {
  const architecture = findArchitecture(config.model_type)
  const parsed = architecture.parseConfig(config)
  return createLanguageModel({
    ...{ id: parsed.architecture, architecture, config: parsed, backend },
    weights: hashedWeights(architecture.weightSpecs(parsed)),
    tokenizer: numberTokenizer({ vocabSize: parsed.vocabSize, eosTokenId: parsed.vocabSize }),
  })
}

const prefixOf = ({ config: { hiddenSize } }: LanguageModel): Prefix => ({
  length,
  embeddings: hashedValues('prefix', [length, hiddenSize]),
})

async function logpsOf(model: LanguageModel, ids: readonly number[]): Promise<Float32Array> {
  const [first, ...rest] = ids
  const [scored] = await model.score([{ prompt: `${first}`, response: rest }])
  return scored?.logProbabilities as Float32Array
}

/** The gradient of Σ log π over the response with respect to the prefix, derived from a step; see training-goldens. */
async function gradientOf(
  model: LanguageModel,
  ids: readonly number[],
  recompute: 'none' | 'block',
): Promise<Float32Array> {
  const batch = [{ prompt: ids.slice(0, 1), chosen: ids.slice(1), kind: 'harmful' as const }]
  const trainer = new PrefixTrainer({
    ...{ model, prefix: prefixOf(model), objective: { type: 'sft' }, examples: batch, recompute },
    ...{ batchSize: 1, steps: 1, learningRate: 1e-3, maxGradNorm: 1e9, optimizer: { betas: [0, 0.999] } },
  })
  await trainer.step(batch)
  const { first } = trainer.state().optimizer
  await trainer.dispose()
  const targets = ids.length - 1
  return Float32Array.from(first, (value) => -value * targets)
}

/** Tests tiny random models of all families on a backend against transformers and PEFT's prompt tuning. */
export function describeFamilyGoldens(
  createBackend: () => Backend,
  which: 'chosen' | 'random' | 'all',
): void {
  const taken = cases.filter(({ random }) => which === 'all' || (random === true) === (which === 'random'))
  describe.each(taken.map((one, i) => [one.family, i, one] as const))('%s %i', (_, __, one) => {
    const { config, ids, logps, gradient } = one
    it('has the log-probabilities of transformers, and its gradient with respect to a prefix', async () => {
      const model = await modelOf(config, createBackend())
      expect(relativeDifference(await logpsOf(model, ids), logps)).toBeLessThan(1e-4)
      const patched = model.withPrefix(prefixOf(model))
      const found = await gradientOf(model, ids, 'none')
      if (one.random) {
        const every = Math.max(1, Math.floor(found.length / 16))
        const some = found.filter((_, i) => i % every === 0)
        expect(relativeDifference(some, gradient)).toBeLessThan(1e-4)
      } else {
        expect(relativeDifference(await logpsOf(patched, ids), one.patched)).toBeLessThan(1e-4)
        expect(relativeDifference(found, gradient)).toBeLessThan(1e-4)
        expect(relativeDifference(await gradientOf(model, ids, 'block'), gradient)).toBeLessThan(1e-4)
      }
      await model.dispose()
    })

    if (one.random) return
    it('generates what transformers does, alone and beside prompts with another prefix or none', async () => {
      const model = await modelOf(config, createBackend())
      const prefix = prefixOf(model)
      const own = ids.slice(0, 6).join(' ')
      const alone = await model.withPrefix(prefix).generate(own, { maxTokens: one.greedy.length })
      expect(alone.tokens).toEqual(one.greedy)
      const other: Prefix = { length: 3, embeddings: hashedValues('other', [3, model.config.hiddenSize]) }
      const requests = [
        { prompt: own, prefix },
        { prompt: ids.slice(3, 7).join(' '), prefix: other },
        { prompt: own, prefix: null },
      ]
      const options = { maxTokens: one.greedy.length, batchSize: 3 }
      const together: Generation[] = []
      for await (const one of model.generateBatch(requests, options)) together.push(one)
      expect(together.find(({ index }) => index === 0)?.tokens).toEqual(one.greedy)
      for (const { index, tokens } of together) {
        const request = requests[index] as (typeof requests)[number]
        const apart = await model.withPrefix(request.prefix ?? undefined).generate(request.prompt, options)
        expect(tokens).toEqual(apart.tokens)
      }
      await model.dispose()
    })
  })
}
