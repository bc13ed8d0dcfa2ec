import { beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backend/backend.ts'
import type { LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import { parallelPrefix } from '../../src/patch/apply/compose-prefixes.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, goldenModel, relativeDifference } from '../goldens.ts'
import { centred, logitsAfter } from '../logits-after.ts'

let model: LanguageModel
let parts: readonly [Prefix, Prefix, Prefix]
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  parts = [
    initPrefix(model, { length: 4, init: 'random', seed: 1 }),
    initPrefix(model, { length: 9, init: 'vocab', seed: 2 }),
    initPrefix(model, { length: 6, init: 'random', seed: 3 }),
  ]
})

const prompts = ['5 17 3', '80 25 25 90 3 52 11 61 7', '41']
const requests = prompts.map((prompt) => ({ prompt, response: [9, 71, 8, 33] }))
const stackOf = (weights: readonly number[], order: readonly number[] = [0, 1, 2]) =>
  order.map((i) => ({ prefix: parts[i] as Prefix, weight: weights[i] as number }))

/** The parts in the order given, as `parallelPrefix` would not leave them. */
function asGiven(stack: ReturnType<typeof stackOf>): Prefix {
  const embeddings = Float32Array.from(stack.flatMap(({ prefix }) => [...prefix.embeddings]))
  return { length: stack.reduce((sum, { prefix }) => sum + prefix.length, 0), embeddings, parts: stack }
}

async function logps(prefix: Prefix | undefined): Promise<number[]> {
  const scores = await model.withPrefix(prefix).score(requests)
  return scores.flatMap(({ logProbabilities }) => [...logProbabilities])
}

const difference = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))

interface GoldenParts {
  readonly parts: readonly {
    readonly length: number
    readonly weight: number
    readonly embeddings: number[]
  }[]
  readonly prompts: number[][]
  readonly logits: number[][]
}

describe('a prefix of parts side by side', () => {
  it('gives the logits that transformers gives with such positions and such a mask', async () => {
    const golden = await goldenJson<GoldenParts>('prefix-parts.json')
    const tiny = await goldenModel('../peft/model', cpuBackend())
    const stack = golden.parts.map(({ length, weight, embeddings }) => ({
      prefix: { length, embeddings: Float32Array.from(embeddings) },
      weight,
    }))
    for (const prefix of [asGiven(stack), parallelPrefix(stack)]) {
      const found = await logitsAfter(tiny, golden.prompts, prefix)
      for (const [i, logits] of found.entries()) {
        expect(relativeDifference(logits, centred(golden.logits[i] as number[]))).toBeLessThan(1e-5)
      }
    }
  })

  it('does the same whatever the order of its parts', async () => {
    const weights = [1, 0.5, 2]
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]
    const [first, ...others] = await Promise.all(
      orders.map((order) => logps(asGiven(stackOf(weights, order)))),
    )
    for (const other of others) expect(difference(first as number[], other)).toBeLessThan(1e-5)
    const sorted = orders.map((order) => parallelPrefix(stackOf(weights, order)))
    for (const prefix of sorted) expect(prefix).toEqual(sorted[0])
    expect(difference(first as number[], await logps(sorted[0]))).toBeLessThan(1e-5)
  })

  it('is the plain prefix for one part, and what is left for parts of weight 0', async () => {
    const plain = await logps(parts[1])
    expect(difference(plain, await logps(asGiven(stackOf([1, 1, 1], [1]))))).toBeLessThan(1e-5)
    expect(parallelPrefix(stackOf([0, 1, 0]))).toBe(parts[1])
    expect(difference(plain, await logps(parallelPrefix(stackOf([1e-12, 1, 1e-12]))))).toBeLessThan(1e-5)
    expect(difference(plain, await logps(parallelPrefix(stackOf([1, 1, 1]))))).toBeGreaterThan(1e-3)
  })

  it('counts a part twice at weight 2', async () => {
    const twice = await logps(asGiven(stackOf([1, 1, 1], [0, 0, 1])))
    expect(difference(twice, await logps(parallelPrefix(stackOf([2, 1, 0]))))).toBeLessThan(1e-5)
  })

  it('generates the tokens that are the most probable when all is read at once', async () => {
    const stack = parallelPrefix(stackOf([1, 0.25, 3]))
    const own = model.withPrefix(stack)
    const requests = [...prompts, ...prompts.map((prompt) => `${prompts[1]} ${prompt}`)].map((prompt, i) => ({
      prompt,
      prefix: [stack, null, parts[0]][i % 3] as Prefix | null,
    }))
    const found = new Map<number, readonly number[]>()
    for await (const { index, tokens, finishReason } of own.generateBatch(requests, {
      maxTokens: 6,
      batchSize: 4,
    })) {
      const end = finishReason === 'stop' ? model.tokenizer.eosTokenIds.slice(0, 1) : []
      found.set(index, [...tokens, ...end])
    }
    for (const [index, request] of requests.entries()) {
      const response = found.get(index) as readonly number[]
      const [top] = await own.scoreTop([{ ...request, response }], 1)
      expect([...(top?.ids ?? [])]).toEqual(response)
    }
  })

  it('shares the keys and values of parts between stacks', async () => {
    const own = await goldenModel('llama', cpuBackend())
    const run = (prefix: Prefix) => own.withPrefix(prefix).generate('5 17 3', { maxTokens: 2 })
    await run(parallelPrefix(stackOf([1, 1, 0])))
    await run(parallelPrefix(stackOf([0, 1, 2])))
    await run(parts[0])
    expect(new Set(own.prefixes.held().map(({ prefix }) => prefix))).toEqual(new Set(parts))
  })

  it('generates under stacks of any length with the programs of the first', async () => {
    const backend = cpuBackend()
    let compiled = 0
    const counted: Backend = {
      ...backend,
      compile(...given) {
        compiled++
        return backend.compile(...given)
      },
    }
    const own = await goldenModel('llama', counted)
    const answerTo = (prefix: Prefix) => own.withPrefix(prefix).generate('5 17 3', { maxTokens: 2 })
    // So that keys and values of all parts are there.
    for (const part of parts) await answerTo(part)
    const before = compiled
    await answerTo(parallelPrefix(stackOf([1, 1, 0])))
    // 76 places: more than the first step of a cache's capacity.
    await answerTo(
      parallelPrefix([
        ...stackOf([1, 1, 1]),
        ...stackOf([2, 2, 2]),
        ...stackOf([1, 1, 1]),
        ...stackOf([1, 1, 1]),
      ]),
    )
    expect(compiled).toBe(before)
  })

  it('refuses weights that are none, and stacks of nothing', () => {
    for (const weights of [
      [1, -1, 1],
      [1, Number.NaN, 1],
      [0, 0, 0],
    ])
      expect(() => parallelPrefix(stackOf(weights))).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
    const broken = { ...asGiven(stackOf([1, 1, 1])), length: 20 }
    expect(() => model.withPrefix(broken)).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
  })
})
