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
import { generateAll, prompts, textOf } from '../generate-all.ts'
import { goldenModel } from '../goldens.ts'
import { plainGreedy, prefixOfIds } from '../plain-decoding.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
})

const all = (
  requests: readonly (GenerateRequest | string)[],
  options: GenerateOptions,
  own: LanguageModel = model,
) => generateAll(requests, options, own)

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
