import { beforeAll, describe, expect, it } from 'vitest'
import type {
  GenerateOptions,
  GenerateRequest,
  LanguageModel,
} from '../../src/model/language-model/language-model.ts'
import { countedModel } from '../counted-model.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { generateAll, prompts, textOf } from '../generate-all.ts'
import { goldenModel } from '../goldens.ts'
import { prefixOfIds } from '../plain-decoding.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
})

const all = (
  requests: readonly (GenerateRequest | string)[],
  options: GenerateOptions,
  own: LanguageModel = model,
) => generateAll(requests, options, own)

describe('drafts', () => {
  it.each([
    ['greedy', { maxTokens: 21 }],
    ['sampled', { maxTokens: 21, temperature: 0.9, topP: 0.9, seed: 3 }],
  ])('leave %s tokens as they are, and take fewer passes where they foresee them', async (_, options) => {
    const { own, runs } = await countedModel()
    const requests = prompts.map(textOf)
    const free = await all(requests, { ...options, batchSize: 4 }, own)
    const without = runs.count
    const drafts = new Map<string, readonly number[]>()
    expect(await all(requests, { ...options, batchSize: 4, drafts }, own)).toEqual(free)
    expect(drafts.size).toBe(prompts.length)
    runs.count = 0
    for (const [key, tokens] of drafts) drafts.set(key, [...tokens])
    expect(await all(requests, { ...options, batchSize: 4, drafts }, own)).toEqual(free)
    expect(runs.count).toBeLessThan(without / 3)
    // Ones that are wrong from some place on, and one that goes on after the end.
    for (const [i, [key, tokens]] of [...drafts].entries())
      drafts.set(key, [...tokens.slice(0, 3 * i), 77, 78, 79, 80, 81, 82, 83, 84, 85])
    expect(await all(requests, { ...options, batchSize: 4, drafts }, own)).toEqual(free)
  })

  it('end a response where it ends, though they go on', async () => {
    const [free] = await all([textOf(prompts[3]!)], { maxTokens: 12 })
    const stopTokens = [free!.tokens[5]!]
    const drafts = new Map([[textOf(prompts[3]!), free!.tokens]])
    const [ended] = await all([textOf(prompts[3]!)], { maxTokens: 12, stopTokens, drafts })
    const end = free!.tokens.indexOf(stopTokens[0]!)
    expect(ended).toMatchObject({ tokens: free!.tokens.slice(0, end), finishReason: 'stop' })
  })

  it.each([
    ['greedy', {}],
    ['sampled', { temperature: 0.9, seed: 3 }],
  ])('that are the %s answers to the same requests are returned without a pass', async (_, sampling) => {
    const { own, runs } = await countedModel()
    const requests = prompts.map(textOf)
    const [first] = await all([textOf(prompts[0]!)], { maxTokens: 12, ...sampling })
    const options = { ...sampling, maxTokens: 12, stopTokens: [first!.tokens[4]!] }
    const drafts = new Map<string, readonly number[]>()
    const free = await all(requests, { ...options, drafts }, own)
    expect(new Set(free.map(({ finishReason }) => finishReason))).toEqual(new Set(['stop', 'length']))
    runs.count = 0
    for (const maxTokens of [12, 5, 4]) {
      const wanted = await all(requests, { ...options, maxTokens })
      expect(await all(requests, { ...options, maxTokens, drafts }, own)).toEqual(wanted)
    }
    expect(runs.count).toBe(0)
  })

  it.each<[string, GenerateOptions]>([
    ['a higher limit', { maxTokens: 20 }],
    ['other stop tokens', { stopTokens: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] }],
    ['a temperature', { temperature: 1 }],
  ])('are verified under %s', async (_, change) => {
    const { own, runs } = await countedModel()
    const requests = prompts.map(textOf)
    const drafts = new Map<string, readonly number[]>()
    await all(requests, { maxTokens: 12, drafts }, own)
    runs.count = 0
    const options = { maxTokens: 12, ...change }
    expect(await all(requests, { ...options, drafts }, own)).toEqual(await all(requests, options))
    expect(runs.count).toBeGreaterThan(0)
  })

  it('of a model with another prefix, or of another model, are verified', async () => {
    const { own, runs } = await countedModel()
    const requests = prompts.map(textOf)
    const patched = own.withPrefix(prefixOfIds(own, [7, 8, 9]))
    const drafts = new Map<string, readonly number[]>()
    await all(requests, { maxTokens: 6, drafts }, own)
    for (const other of [patched, own]) {
      const free = await all(requests, { maxTokens: 6 }, other)
      runs.count = 0
      expect(await all(requests, { maxTokens: 6, drafts }, other)).toEqual(free)
      expect(runs.count).toBeGreaterThan(0)
      runs.count = 0
      expect(await all(requests, { maxTokens: 6, drafts }, other)).toEqual(free)
      expect(runs.count).toBe(0)
    }
    const other = await countedModel()
    await all(requests, { maxTokens: 6, drafts }, other.own)
    expect(other.runs.count).toBeGreaterThan(0)
  })
})
