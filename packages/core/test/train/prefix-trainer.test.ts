import { beforeAll, describe, expect, it } from 'vitest'
import type { HostTensor } from '../../src/backend/backend.ts'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import type { LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import type { DpoExample, SftExample } from '../../src/train/examples/example.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { PrefixTrainer, type PrefixTrainerOptions } from '../../src/train/trainer/prefix-trainer.ts'
import { cpuBackend, packed } from '../cpu-backend.ts'
import { goldenModel, relativeDifference } from '../goldens.ts'

let model: LanguageModel
let prefix: Prefix
beforeAll(async () => {
  model = await goldenModel('qwen2', cpuBackend())
  prefix = initPrefix(model, { length: 3, init: 'vocab', seed: 1 })
})

const examples: DpoExample[] = [
  { prompt: [5, 17, 3], chosen: [9, 71, 8, 2], rejected: [44, 12, 2], kind: 'harmful' as const },
  { prompt: [80, 25, 90], chosen: [66, 2], rejected: [5, 38, 21, 2], kind: 'harmless' as const },
  { prompt: [41, 7], chosen: [19, 54, 2], rejected: [63, 2], kind: 'harmful' as const },
  { prompt: [14, 62, 9, 9], chosen: [30, 2], rejected: [31, 33, 2], kind: 'harmful' as const },
  { prompt: [77], chosen: [12, 13, 2], rejected: [8, 2], kind: 'harmless' as const },
].map((row, i) => ({ ...row, referenceChosen: -10 - i, referenceRejected: -9 - i }))

const trainerOf = (options: Partial<PrefixTrainerOptions> = {}) =>
  new PrefixTrainer({
    model,
    prefix,
    objective: { type: 'sft' },
    examples,
    batchSize: 2,
    steps: 6,
    learningRate: 1e-2,
    seed: 4,
    ...options,
  })

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('a run', () => {
  it('lowers the loss, and reports steps, tokens and passes', async () => {
    const trainer = trainerOf({ batchSize: 5, steps: 8, learningRate: 5e-2 })
    const metrics = await collect(trainer)
    expect(metrics.at(-1)!.loss).toBeLessThan(0.9 * metrics[0]!.loss)
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(metrics.map(({ num_tokens }) => num_tokens)).toEqual([14, 28, 42, 56, 70, 84, 98, 112])
    expect(metrics.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(await collect(trainer)).toEqual([])
  })

  it('is the same again for the same seed, and another for another', async () => {
    const run = async (seed: number) => {
      const trainer = trainerOf({ steps: 3, seed })
      await collect(trainer)
      return trainer.prefix.embeddings
    }
    expect(await run(4)).toEqual(await run(4))
    expect(await run(4)).not.toEqual(await run(5))
  })

  it.each([{ type: 'sft' }, { type: 'dpo', beta: 0.3, sftWeight: 0.5 }] as const)(
    'is the same for $type where layers are worked out again for the gradient',
    async (objective) => {
      const kept = trainerOf({ objective, steps: 3 })
      const recomputed = trainerOf({ objective, steps: 3, recompute: 'block' })
      const expected = await collect(kept)
      const found = await collect(recomputed)
      for (const [step, metrics] of expected.entries()) {
        for (const [name, value] of Object.entries(metrics))
          expect(found[step]).toHaveProperty(name, expect.closeTo(value, 4))
      }
      const difference = relativeDifference(recomputed.prefix.embeddings, kept.prefix.embeddings)
      expect(difference).toBeLessThan(1e-5)
    },
  )

  it.each([{ type: 'sft' }, { type: 'dpo', beta: 0.3, sftWeight: 0.5 }] as const)(
    'is the same for $type where the gradients of parts of a batch are added',
    async (objective) => {
      const whole = trainerOf({ objective, steps: 3, batchSize: 5 })
      const expected = await collect(whole)
      const inParts = trainerOf({ objective, steps: 3, batchSize: 5, microBatchSize: 2 })
      const found = await collect(inParts)
      for (const [step, metrics] of expected.entries()) {
        for (const [name, value] of Object.entries(metrics))
          expect(found[step]).toHaveProperty(name, expect.closeTo(value, 4))
      }
      expect(relativeDifference(inParts.prefix.embeddings, whole.prefix.embeddings)).toBeLessThan(1e-5)
    },
  )

  it('is the same for a model of which only one layer is expanded at a time', async () => {
    const expected = trainerOf({ steps: 3 })
    const large = trainerOf({
      model: { ...model, weights: packed(model.weights) },
      steps: 3,
      memoryBudget: 1,
    })
    await collect(expected)
    await collect(large)
    const difference = relativeDifference(large.prefix.embeddings, expected.prefix.embeddings)
    expect(difference).toBeLessThan(1e-5)
  })

  it('goes on where it was broken out of', async () => {
    const whole = trainerOf({ steps: 4 })
    const expected = await collect(whole)
    const broken = trainerOf({ steps: 4 })
    for await (const { step } of broken) if (step === 2) break
    const rest = await collect(broken)
    expect(rest).toEqual(expected.slice(2))
    expect(broken.prefix).toEqual(whole.prefix)
  })

  it("leaves the caller's prefix and the weights as they are", async () => {
    const snapshot = () => [prefix, ...Object.values(model.weights)].map((x) => structuredClone(x))
    const before = snapshot()
    await collect(trainerOf({ steps: 2 }))
    expect(snapshot()).toEqual(before)
  })
})

describe('state and load', () => {
  it.each(['sft', 'dpo'] as const)('resume %s bit for bit', async (type) => {
    const options = { objective: { type }, steps: 5, harmlessShare: 0.3, warmupSteps: 1 }
    const whole = trainerOf(options)
    const expected = await collect(whole)
    const first = trainerOf(options)
    for (let step = 0; step < 2; step++) await first.step()
    const resumed = trainerOf(options)
    resumed.load(first.state())
    // What the first trainer does from now on is no concern of the other.
    await first.step()
    expect(await collect(resumed)).toEqual(expected.slice(2))
    expect(resumed.state()).toEqual(whole.state())
  })

  it('refuses a state of another size', () => {
    const other = trainerOf({ prefix: initPrefix(model, { length: 4, init: 'vocab' }) })
    expect(() => trainerOf().load(other.state())).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
  })
})

describe("batches of one's own", () => {
  it('may have any size and any prompts', async () => {
    const trainer = trainerOf({ objective: { type: 'dpo' } })
    const sizes = [[1], [2, 3], [0, 1, 2, 3, 4], [4]]
    for (const indices of sizes) await trainer.step(indices.map((i) => examples[i]!))
    expect(trainer.steps).toBe(4)
  })

  it('of which only some have a teacher', async () => {
    const [first, ...others] = examples as [DpoExample, ...DpoExample[]]
    const [top] = await model.scoreTop([{ prompt: '5 17 3', response: first.chosen }], 4)
    const taught: SftExample = { ...first, teacher: { k: 4, ids: top!.ids, logps: top!.logProbabilities } }
    const trainer = trainerOf({
      objective: { type: 'sft', distillationWeight: 1 },
      examples: [taught, ...others],
    })
    const both = await trainer.step([taught])
    const none = await trainer.step([others[1]!])
    const again = await trainer.step([taught, others[2]!])
    // Under the prefix the distribution is another than the base's, without a prefix.
    expect(both.kl).toBeGreaterThan(1e-4)
    expect(none.kl).toBe(0)
    expect(again.kl).toBeGreaterThan(1e-4)
  })
})

describe('a loss that is not finite', () => {
  it('ends with NOT_FINITE and leaves the state as it was', async () => {
    const untied = await goldenModel('llama', model.backend)
    const table = untied.weights['model.embed_tokens.weight'] as HostTensor
    // The embedding of id 77, which is one example's whole prompt.
    const data = Float32Array.from(table.data, (value, i) => (Math.floor(i / 32) === 77 ? Number.NaN : value))
    const { architecture, config, tokenizer, backend } = untied
    const weights = { ...untied.weights, 'model.embed_tokens.weight': { ...table, data } }
    const damaged = await createLanguageModel({
      id: 'damaged',
      architecture,
      config,
      tokenizer,
      backend,
      weights,
    })
    const trainer = trainerOf({ model: damaged, batchSize: 1, steps: 20 })
    let before = trainer.state()
    const run = async () => {
      for (;;) {
        before = trainer.state()
        await trainer.step()
      }
    }
    await expect(run()).rejects.toMatchObject({
      code: 'NOT_FINITE',
      found: expect.stringContaining('loss NaN'),
    })
    expect(before.step).toBeGreaterThan(0)
    expect(trainer.state()).toEqual(before)
  })
})

describe('options', () => {
  it.each<[Partial<PrefixTrainerOptions>, string]>([
    [{ batchSize: 0, learningRate: Number.NaN }, 'batchSize 0, learningRate NaN'],
    [{ steps: 1.5 }, 'steps 1.5'],
    [{ warmupSteps: -1, maxGradNorm: 0 }, 'warmupSteps -1, maxGradNorm 0'],
    [{ schedule: 'step' as 'cosine' }, 'schedule "step"'],
    [{ optimizer: { betas: [1, 0.999], epsilon: 0 } }, 'betas 1,0.999, epsilon 0'],
    [{ objective: { type: 'dpo', beta: 0, labelSmoothing: 0.5 } }, 'beta 0, labelSmoothing 0.5'],
    [{ objective: { type: 'dpo', lossType: 'kto' as 'ipo' } }, 'lossType "kto"'],
    [{ harmlessShare: 2 }, 'harmlessShare 2'],
  ])('out of range are refused: %o', (options, found) => {
    expect(() => trainerOf(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', found }))
  })

  it('need examples', () => {
    expect(() => trainerOf({ examples: [] })).toThrow(expect.objectContaining({ code: 'EMPTY_DATA' }))
  })
})
