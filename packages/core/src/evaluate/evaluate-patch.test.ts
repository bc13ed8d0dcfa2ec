import { beforeAll, describe, expect, it } from 'vitest'
import { cpuBackend } from '../../test/cpu-backend.ts'
import { goldenModel } from '../../test/goldens.ts'
import type { LanguageModel, Prefix, TopLogProbabilities } from '../model/language-model/language-model.ts'
import { prefixDigest } from '../model/language-model/model-identity.ts'
import { klAtPositions } from '../model/score/kl-at-positions.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { createRandom } from '../random.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { evaluatePatch } from './evaluate-patch.ts'
import { evaluationEffects } from './evaluation-effects.ts'
import { evaluateGrid } from './grid/evaluate-grid.ts'
import { mean } from './statistics/sample.ts'

const prompts: PatchPrompt[] = [
  { prompt: '5 6', kind: 'harmful', part: 'bad' },
  { prompt: '7 8 9', kind: 'harmless', part: 'good' },
  { prompt: '10 11', kind: 'harmless', part: 'good' },
  { prompt: '12 13', kind: 'harmless', part: 'near-miss' },
  { prompt: '14 7 8 9', kind: 'harmless', part: 'good', context: 'long-system' },
]
const texts = [{ text: '5 6 7 8 9 10' }, { text: '20 21 22 23' }, { text: '9 8 7' }]
const generation = { maxTokens: 8, batchSize: 4 }

let model: LanguageModel
let patched: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  const random = createRandom(3)
  const embeddings = Float32Array.from({ length: 2 * model.config.hiddenSize }, () => 0.3 * random.normal())
  patched = model.withPrefix({ length: 2, embeddings })
})

/** The model, noting how many prompts it is asked. */
function counting(of: LanguageModel): { readonly model: LanguageModel; asked(): number } {
  let asked = 0
  const counted: LanguageModel = {
    ...of,
    generateBatch(requests, options) {
      asked += requests.length
      return of.generateBatch(requests, options)
    },
    score(requests, options) {
      asked += requests.length
      return of.score(requests, options)
    },
  }
  return { model: counted, asked: () => asked }
}

describe('evaluatePatch', () => {
  it('finds the base to be itself', async () => {
    const { divergence, perplexity } = await evaluatePatch({
      model,
      patched: model,
      prompts,
      generation,
      texts,
    })
    expect(divergence?.identical).toMatchObject({ value: 1, n: 2 })
    expect(divergence?.tokens).toBe(8)
    expect(divergence?.kl.value).toBeCloseTo(0, 6)
    expect(perplexity?.ratio).toMatchObject({ value: 1, low: 1, high: 1, n: 3 })
  })

  it('measures divergence along the answers of the base, on plain everyday prompts', async () => {
    const { divergence, perplexity, ...rest } = await evaluatePatch({
      model,
      patched,
      prompts,
      generation,
      texts,
    })
    const everyday = prompts.slice(1, 3)
    const answers: (readonly number[])[] = []
    const same: boolean[] = []
    for (const { prompt } of everyday) {
      const turn = [{ role: 'user', content: prompt as string }]
      const { tokens } = await model.generate(turn, { maxTokens: 8 })
      answers.push(tokens)
      same.push(`${(await patched.generate(turn, { maxTokens: 8 })).tokens}` === `${tokens}`)
    }
    expect(divergence?.identical.value).toBe(same.filter(Boolean).length / 2)
    const requests = everyday.map(({ prompt }, i) => ({
      prompt: [{ role: 'user', content: prompt as string }],
      response: answers[i] as readonly number[],
    }))
    const teachers = await model.scoreTop(requests, 32)
    const students = await patched.scoreCandidates(
      requests.map((request, i) => ({ ...request, candidates: (teachers[i] as TopLogProbabilities).ids })),
    )
    const expected = teachers.map((teacher, i) => mean(klAtPositions(teacher, students[i] as Float32Array)))
    expect(divergence?.kl.value).toBeGreaterThan(1e-4)
    expect(divergence?.kl.value).toBeCloseTo(mean(expected), 6)
    const { base, patched: after, ratio } = perplexity ?? {}
    expect(ratio?.value).toBeCloseTo((after?.value ?? 0) / (base?.value ?? 1), 10)
    expect(ratio?.value).not.toBeCloseTo(1, 4)
    expect(rest.subjects).toEqual(['base', 'patched'])
    expect(rest.cells).toHaveLength(8)
  })

  it('keeps what the base and the reference gave for another patch, and resumes', async () => {
    const directory = { storage: memoryStorage(), path: 'evaluation' }
    const everyday: PatchPrompt[] = [...prompts.slice(1, 2), { prompt: '30 31', kind: 'harmless' }]
    const common = { prompts, generation, texts, directory, everyday }
    const options = { ...common, reference: modelReference({ model }) }
    const first = await evaluatePatch({ ...options, model, patched })
    expect(first.divergence?.identical.n).toBe(2)
    const [base, again, reference] = [counting(model), counting(patched), counting(model)]
    const same = await evaluatePatch({
      ...options,
      model: base.model,
      patched: again.model,
      reference: modelReference({ model: reference.model }),
    })
    expect(same).toEqual(first)
    expect([base.asked(), again.asked(), reference.asked()]).toEqual([0, 0, 0])
    const embeddings = new Float32Array(model.config.hiddenSize).fill(0.2)
    const other = counting(model.withPrefix({ length: 1, embeddings }))
    const second = await evaluatePatch({ ...options, model: base.model, patched: other.model })
    expect(base.asked()).toBe(0)
    expect(other.asked()).toBe(prompts.length + 1 + texts.length)
    expect(second.divergence?.kl.value).not.toBe(first.divergence?.kl.value)
  })

  it('takes the answers of the base where a gate does not fire', async () => {
    const rows = prompts.map(({ prompt }) => [{ role: 'user', content: prompt as string }])
    const place = { layers: [1], window: 3 }
    const read = (await model.hiddenStates(rows, place)).map(([value]) => value as number)
    const middle = [...read].sort((a, b) => a - b)[2] as number
    const width = 2 * model.config.hiddenSize
    const hidden = new Float32Array(2 * width)
    hidden[0] = 1
    hidden[width] = -1
    const units = { hidden, hiddenBias: new Float32Array(2), output: Float32Array.of(1, -1) }
    const scaling = { mean: new Float32Array(width), scale: new Float32Array(width).fill(1) }
    // Its logit is 1.1 times what it reads, less a threshold.
    const gate = { ...place, ...scaling, ...units, bias: -1.1 * middle - 1e-6 }
    const gated = model.withPrefix({ ...(patched.prefix as Prefix), gate })
    const fires = await gated.takesEffect(rows)
    expect(new Set(fires)).toEqual(new Set([true, false]))

    const alone = await evaluateGrid({
      subjects: [{ name: 'patched', model: gated }],
      prompts,
      generation,
    })
    const counted = counting(gated)
    const beside = await evaluatePatch({ model, patched: counted.model, prompts, generation, everyday: [] })
    expect(beside.responses.patched).toEqual(alone.responses.patched)
    expect(counted.asked()).toBe(fires.filter(Boolean).length)
    for (const [index, fired] of fires.entries()) {
      if (!fired) expect(beside.responses.patched?.[index]).toEqual(beside.responses.base?.[index])
    }

    // Other weights are another base, and a prefix without a gate takes effect everywhere.
    const other = counting({ ...gated, weights: { ...gated.weights } })
    await evaluatePatch({ model, patched: other.model, prompts, generation, everyday: [] })
    expect(other.asked()).toBe(prompts.length)
    const ungated = counting(patched)
    await evaluatePatch({ model, patched: ungated.model, prompts, generation, everyday: [] })
    expect(ungated.asked()).toBe(prompts.length)
  })

  it('tells gates of one prefix apart', async () => {
    const prefix: Prefix = { length: 1, embeddings: new Float32Array(model.config.hiddenSize).fill(0.2) }
    const of = (bias: number) => {
      const numbers = (count: number) => new Float32Array(count)
      const width = 2 * model.config.hiddenSize
      const units = { mean: numbers(width), scale: numbers(width), hidden: numbers(width) }
      const gate = { layers: [1], window: 1, ...units, hiddenBias: numbers(1), output: numbers(1), bias }
      return prefixDigest({ ...prefix, gate })
    }
    const digests = [await prefixDigest(prefix), await of(1), await of(-1)]
    expect(new Set(digests).size).toBe(3)
    expect(await of(1)).toBe(digests[1])
  })

  it('gives a manifest effects by origin and context, and what they cost', async () => {
    const ability = { texts: { name: 'texts', items: texts } }
    const evaluation = await evaluatePatch({ model, patched, prompts, generation, ability, name: 'mine' })
    const effects = evaluationEffects(evaluation)
    expect(effects.map(({ metric, data, n }) => [metric, data, n])).toEqual([
      ['refusal rate', 'bad', 1],
      ['over-refusal rate', 'good', 2],
      ['over-refusal rate', 'near-miss', 1],
      ['over-refusal rate', 'good, long-system', 1],
      ['degenerate responses', 'all harmless prompts', 4],
      ["answers identical to the base's, first 8 tokens", 'everyday prompts', 2],
      ['KL from the base, nats a token', 'everyday prompts', 2],
      ['perplexity', 'texts', 3],
      ['bits per byte', 'texts', 3],
    ])
    for (const { before, after } of effects) {
      for (const { value, low, high } of [before, after]) expect(low <= value && value <= high).toBe(true)
    }
  })
})
