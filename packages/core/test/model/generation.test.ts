import { beforeAll, describe, expect, it } from 'vitest'
import type {
  GenerateOptions,
  GenerateRequest,
  Generation,
  LanguageModel,
} from '../../src/model/language-model/language-model.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { countedModel } from '../counted-model.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'
import { plainGreedy, prefixOfIds } from '../plain-decoding.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
})

const prompts = [
  [5, 17, 3],
  [80, 25, 25, 90, 3, 52, 11, 61, 7],
  [41],
  [9, 71, 8, 33, 60, 4, 17, 66, 12, 30, 9, 71, 8, 33, 60, 4, 17, 66],
  [44, 12],
  [19, 54, 86, 30, 6],
  [70, 13],
]
const textOf = (ids: readonly number[]) => ids.join(' ')

async function all(
  requests: readonly (GenerateRequest | string)[],
  options: GenerateOptions,
  own: LanguageModel = model,
): Promise<Generation[]> {
  const results: Generation[] = []
  for await (const generation of own.generateBatch(requests, options)) results.push(generation)
  return results.sort((a, b) => a.index - b.index)
}

const tokensOf = (generations: readonly Generation[]) => generations.map(({ tokens }) => tokens)

describe('greedy generation', () => {
  it('chooses the tokens of a model that reads everything anew at each step', async () => {
    const found = await all(prompts.slice(0, 3).map(textOf), { maxTokens: 6 })
    for (const { index, tokens, finishReason } of found) {
      expect(tokens).toEqual(await plainGreedy(model, prompts[index]!, 6))
      expect(finishReason).toBe('length')
    }
  })

  it('gives each of more requests than slots, ending at different times, what it gets alone', async () => {
    const free = await all(prompts.map(textOf), { maxTokens: 12 })
    // Tokens that some of the responses hold end these early.
    const stopTokens = [free[0]!.tokens[2]!, free[3]!.tokens[7]!]
    const options = { maxTokens: 12, stopTokens }
    const together = await all(prompts.map(textOf), { ...options, batchSize: 3 })
    expect(new Set(together.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(1)
    for (const [index, generation] of together.entries()) {
      const end = free[index]!.tokens.findIndex((token) => stopTokens.includes(token))
      expect(generation.tokens).toEqual(end < 0 ? free[index]!.tokens : free[index]!.tokens.slice(0, end))
      expect(generation.finishReason).toBe(end < 0 ? 'length' : 'stop')
      expect(await model.generate(textOf(prompts[index]!), options)).toEqual({ ...generation, index: 0 })
    }
  })

  it('gives the same to prompts that begin alike, whose beginning is read once', async () => {
    const shared = [3, 60, 8, 91, 14, 27, 55, 72, 30, 6]
    const alike = prompts.slice(0, 5).map((ids) => [...shared, ...ids])
    const together = await all(alike.map(textOf), { maxTokens: 5, batchSize: 2 })
    for (const [index, { tokens }] of together.entries())
      expect(tokens).toEqual((await model.generate(textOf(alike[index]!), { maxTokens: 5 })).tokens)
  })

  it('gives requests under different prefixes, and none, what each gets alone', async () => {
    const one = initPrefix(model, { length: 4, init: 'vocab', seed: 1 })
    const two = initPrefix(model, { length: 9, init: 'random', seed: 2 })
    const requests = prompts.map((ids, i) => ({ prompt: textOf(ids), prefix: [one, two, null][i % 3]! }))
    const own = model.withPrefix(two)
    const mixed = await all(requests, { maxTokens: 6, batchSize: 4 }, own)
    const patched = await all(prompts.map(textOf), { maxTokens: 6 }, own)
    for (const [index, { prefix }] of requests.entries()) {
      const alone = await model
        .withPrefix(prefix ?? undefined)
        .generate(textOf(prompts[index]!), { maxTokens: 6 })
      expect(mixed[index]!.tokens).toEqual(alone.tokens)
      if (prefix === two) expect(patched[index]!.tokens).toEqual(alone.tokens)
    }
    expect(tokensOf(mixed)).not.toEqual(tokensOf(patched))
  })

  it('takes a prefix of token embeddings for those tokens', async () => {
    const ids = [33, 8, 70]
    const patched = model.withPrefix(prefixOfIds(model, ids))
    for (const prompt of prompts.slice(0, 3)) {
      const { tokens } = await patched.generate(textOf(prompt), { maxTokens: 6 })
      expect(tokens).toEqual(await plainGreedy(model, [...ids, ...prompt], 6))
    }
  })

  it('ends at the end-of-sequence id, which is no part of the response', async () => {
    const [eos] = model.tokenizer.eosTokenIds
    const { tokens } = await model.generate(textOf(prompts[0]!), { maxTokens: 3 })
    expect(tokens).not.toContain(eos)
    const stopped = await model.generate(textOf(prompts[0]!), { maxTokens: 3, stopTokens: [tokens[0]!] })
    expect(stopped).toEqual({ index: 0, text: '', tokens: [], finishReason: 'stop' })
  })

  it('stops where the context is full, prefix included', async () => {
    const long = Array.from({ length: 252 }, (_, i) => 3 + (i % 90))
    const { tokens, finishReason } = await model.generate(textOf(long), { maxTokens: 50 })
    expect([tokens.length, finishReason]).toEqual([4, 'length'])
    const prefix = initPrefix(model, { length: 3, init: 'vocab' })
    expect((await model.withPrefix(prefix).generate(textOf(long), { maxTokens: 50 })).tokens).toHaveLength(1)
  })

  it('gives nothing for no request', async () => {
    expect(await all([], {})).toEqual([])
  })
})

describe('sampling', () => {
  const options = { maxTokens: 6, temperature: 1.3, topP: 0.95 }

  it('depends on the seed and the place of the request, not on what else is generated beside it', async () => {
    const texts = prompts.map(textOf)
    const first = await all(texts, { ...options, seed: 5 })
    expect(tokensOf(await all(texts, { ...options, seed: 5, batchSize: 2 }))).toEqual(tokensOf(first))
    expect(tokensOf(await all(texts.slice(0, 3), { ...options, seed: 5 }))).toEqual(
      tokensOf(first.slice(0, 3)),
    )
    expect(tokensOf(await all(texts, { ...options, seed: 6 }))).not.toEqual(tokensOf(first))
  })

  it('draws from different streams for equal prompts, and from the same for equal seeds', async () => {
    const prompt = textOf(prompts[0]!)
    const streams = await all([prompt, prompt, prompt], options)
    expect(new Set(streams.map(({ text }) => text)).size).toBe(3)
    const seeded = await all(
      [
        { prompt, seed: 11 },
        { prompt, seed: 12 },
        { prompt, seed: 11 },
      ],
      options,
    )
    expect(seeded[0]!.text).toBe(seeded[2]!.text)
    expect(seeded[0]!.text).not.toBe(seeded[1]!.text)
    const [alone] = await all([{ prompt, seed: 12 }], { ...options, seed: 99 })
    expect(alone!.text).toBe(seeded[1]!.text)
  })

  it('is greedy as the temperature goes to 0', async () => {
    const cold = await all(prompts.map(textOf), { maxTokens: 4, temperature: 1e-4 })
    expect(tokensOf(cold)).toEqual(tokensOf(await all(prompts.map(textOf), { maxTokens: 4 })))
  })
})

describe('stream', () => {
  it('yields pieces that add up to the response, by token', async () => {
    const options = { maxTokens: 5, temperature: 1, seed: 3 }
    const pieces: string[] = []
    for await (const piece of model.stream(textOf(prompts[1]!), options)) pieces.push(piece)
    const { text, tokens } = await model.generate(textOf(prompts[1]!), options)
    expect(pieces.join('')).toBe(text)
    expect(pieces).toHaveLength(tokens.length)
  })

  it('ends with ABORTED when the signal fires', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    let pieces = 0
    const read = async () => {
      for await (const _ of model.stream(textOf(prompts[0]!), { maxTokens: 50, signal: stop.signal }))
        if (++pieces === 2) stop.abort(reason)
    }
    await expect(read()).rejects.toMatchObject({ name: 'PatchError', code: 'ABORTED', cause: reason })
    expect(pieces).toBe(2)
  })
})

describe('bad requests', () => {
  it.each([
    [{ maxTokens: 0 }, 'maxTokens 0'],
    [{ temperature: -1, topP: 0 }, 'temperature -1, topP 0'],
    [{ temperature: Number.NaN }, 'temperature NaN'],
    [{ topK: 1.5, batchSize: 0 }, 'batchSize 0, topK 1.5'],
  ])('refuses %o', async (options, found) => {
    await expect(model.generate('5', options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found })
  })

  it('refuses a prompt without tokens, and one that leaves no room, by its number', async () => {
    await expect(all(['5', ' '], {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'that prompt 1 has none',
    })
    const long = textOf(new Array(256).fill(5))
    await expect(all(['5', long], {})).rejects.toMatchObject({
      code: 'CONTEXT_EXCEEDED',
      found: '256 tokens after a prefix of 0 in prompt 1',
    })
  })

  it('refuses a prefix of another width', async () => {
    const prefix = { length: 2, embeddings: new Float32Array(2 * 31) }
    expect(() => model.withPrefix(prefix)).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
    await expect(all([{ prompt: '5', prefix }], {})).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  })
})

it('decodes all prompts of a batch together, though they are read in several passes', async () => {
  const { own, runs } = await countedModel()
  const long = Array.from({ length: 20 }, (_, i) =>
    Array.from({ length: 110 }, (_, j) => 3 + ((7 * i + j) % 90)),
  )
  const generations = await all(long.map(textOf), { maxTokens: 5, batchSize: 20 }, own)
  expect(generations).toHaveLength(20)
  // 9 prompts of 110 tokens are read together, then 9, then 2; four steps follow.
  expect(runs.count).toBe(3 + 4)
})

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
