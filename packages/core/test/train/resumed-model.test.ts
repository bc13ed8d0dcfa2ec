import { beforeAll, describe, expect, it } from 'vitest'
import type { HostTensor } from '../../src/backend/backend.ts'
import type { Domain } from '../../src/domains/domain.ts'
import { evaluateDomain } from '../../src/domains/evaluate-domain.ts'
import { harmfulnessDomain } from '../../src/domains/harmfulness-domain.ts'
import { evaluatePerplexity } from '../../src/evaluate/ability/evaluate-perplexity.ts'
import { createLanguageModel, type ModelParts } from '../../src/model/create-language-model.ts'
import type { LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import { modelIdentity, weightsDigest } from '../../src/model/language-model/model-identity.ts'
import { generatePairs } from '../../src/pairs/generate-pairs.ts'
import { modelReference } from '../../src/pairs/references/model-reference.ts'
import type { PreferencePair } from '../../src/pairs/rows/preference-pair.ts'
import { parallelPrefix } from '../../src/patch/apply/compose-prefixes.ts'
import type { Patch } from '../../src/patch/patch.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import type { Place } from '../../src/storage/place.ts'
import { distillPatch } from '../../src/train/distill/distill-patch.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend, packed } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'
import { training as distillation } from './distillation-run.ts'
import { judge, safe } from './training-run.ts'

let model: LanguageModel
let prefix: Prefix
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  prefix = initPrefix(model, { length: 2, init: 'random', seed: 1 })
})

const prompts = [
  { prompt: '5 17', kind: 'harmful' as const },
  { prompt: '9 3', kind: 'harmless' as const },
]

const domain: Domain = {
  ...harmfulnessDomain({ refusal: [judge] }),
  format: 'text',
  sampling: { samples: 1, maxTokens: 1, temperature: 0 },
}

const pairs: PreferencePair[] = prompts.map((row) => ({
  ...row,
  ...{ chosen: '3 4', rejected: '8', chosenScore: 1, rejectedScore: 0 },
}))

async function changed(parts: Partial<ModelParts>): Promise<LanguageModel> {
  return createLanguageModel({ ...model, ...parts })
}

/** As a merged adapter leaves it: one matrix is another, the norms are the same. */
function adapted(): ModelParts['weights'] {
  const name = 'model.layers.1.mlp.up_proj.weight'
  const { shape, data } = model.weights[name] as HostTensor
  return { ...model.weights, [name]: { shape, data: data.map((value, i) => value + (i === 7 ? 1e-3 : 0)) } }
}

const changes: Record<string, () => Promise<LanguageModel>> = {
  'another precision': () => changed({ precision: 'int8' }),
  'a merged adapter': () => changed({ weights: adapted() }),
  'another configuration': () =>
    changed({ config: { ...model.config, ropes: [{ theta: 20_000, size: 8 }] } }),
  'another tokenizer': () => changed({ tokenizer: { ...model.tokenizer, fingerprint: 'f'.repeat(64) } }),
  'a prefix': async () => model.withPrefix(prefix),
}

const runs: Record<string, (model: LanguageModel, path: Place) => Promise<unknown>> = {
  evaluateDomain: (model, path) =>
    evaluateDomain({ domain, subject: { name: 'it', model }, prompts, data: 'two', path }),
  'evaluateDomain of a reference': (model, path) => {
    const reference = modelReference({ model, format: 'text', maxTokens: 1 })
    return evaluateDomain({ domain, subject: { name: 'it', reference }, prompts, data: 'two', path })
  },
  evaluatePerplexity: (subject, path) =>
    evaluatePerplexity({ model: subject, subject: 'it', path, texts: [{ text: '5 17 3' }] }),
  generatePairs: (target, path) =>
    generatePairs({
      ...{ model: target, reference: safe, judge, path, prompts },
      ...{ generation: { format: 'text', maxTokens: 1 }, harmlessRejected: 'stock' },
    }),
  trainPatch: async (target, directory) =>
    numbersOf(
      await trainPatch({
        ...{
          model: target,
          pairs,
          directory,
          judge,
          format: 'text',
          dpo: false,
          validation: false,
          gate: false,
        },
        ...{ prefix: { length: 2, init: 'vocab' }, sft: { steps: 1, batchSize: 2 } },
      }),
    ),
  distillPatch: async (target, directory) => numbersOf(await distilled(target, model, directory)),
  'distillPatch of a teacher': async (teacher, directory) =>
    numbersOf(await distilled(model, teacher, directory)),
}

const numbersOf = ({ prefix: { embeddings } }: Patch) => embeddings

const distilled = (target: LanguageModel, teacher: LanguageModel, directory: Place) =>
  distillPatch({
    ...{ model: target, directory, prefix, training: { ...distillation, steps: 1 } },
    tasks: [
      {
        ...{ name: 'task', format: 'text', maxResponseTokens: 2 },
        teacher: modelReference({ model: teacher, format: 'text' }),
        rows: [{ prompt: '5 17', kind: 'harmful', response: '3 4' }],
      },
    ],
  })

describe.each(Object.keys(runs))('%s', (name) => {
  const run = runs[name] as (typeof runs)[string]
  it('is taken up by the model that began it, and by no other', async () => {
    const place = { storage: memoryStorage(), path: 'run' }
    const result = await run(model, place)
    const again = await run(await changed({}), place)
    expect(again).toEqual(result)
    for (const [change, make] of Object.entries(changes)) {
      await expect(run(await make(), place), change).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
    }
  })
})

describe('modelIdentity', () => {
  it('names what differs', async () => {
    const own = await modelIdentity(model)
    const differing = async (change: string) => {
      const other = await modelIdentity(await (changes[change] as () => Promise<LanguageModel>)())
      return (Object.keys(own) as (keyof typeof own)[]).filter((key) => own[key] !== other[key])
    }
    expect(await modelIdentity(await changed({}))).toEqual(own)
    expect(await differing('another precision')).toEqual(['precision'])
    expect(await differing('a merged adapter')).toEqual(['weights'])
    expect(await differing('another configuration')).toEqual(['config'])
    expect(await differing('another tokenizer')).toEqual(['tokenizer'])
    expect(await differing('a prefix')).toEqual(['prefix'])
  })

  it('tells prefixes apart by their parts and weights', async () => {
    const other = initPrefix(model, { length: 2, init: 'random', seed: 2 })
    const stack = (weight: number) =>
      parallelPrefix([
        { prefix, weight: 1 },
        { prefix: other, weight },
      ])
    const { length, embeddings } = stack(1)
    const all = [prefix, other, stack(1), stack(2), { length, embeddings }]
    const identities = await Promise.all(all.map((one) => modelIdentity(model.withPrefix(one))))
    expect(new Set(identities.map((identity) => identity.prefix)).size).toBe(all.length)
  })
})

describe('weightsDigest', () => {
  it('sees every byte of packed weights without expanding them, and expands what has no bytes', async () => {
    const bytes = (last: number) => new Uint8Array(5 * 2 ** 20).with(-1, last)
    const of = (last: number) => ({
      w: {
        ...{ shape: [1, 4], bytes: bytes(last) },
        expand: () => {
          throw new Error('expanded')
        },
      },
    })
    expect(await weightsDigest(of(0))).toBe(await weightsDigest(of(0)))
    expect(await weightsDigest(of(0))).not.toBe(await weightsDigest(of(1)))
    expect(await weightsDigest(packed(model.weights))).toBe(await weightsDigest(packed(model.weights)))
    expect(await weightsDigest(packed(adapted()))).not.toBe(await weightsDigest(packed(model.weights)))
  })
})
