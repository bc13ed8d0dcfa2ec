import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { modelReference } from '../../src/pairs/references/model-reference.ts'
import { checkFit } from '../../src/patch/apply/check-fit.ts'
import { readPatch } from '../../src/patch/release/read-patch.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import type { TrainPatchOptions, TrainProgress } from '../../src/train/train-options.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { failingStorage } from '../failing-storage.ts'
import { wordModel } from '../models/word-model.ts'
import { judge, pairs, prompts, quickOptions, runIn, runOptions, safe } from './training-run.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await wordModel(cpuBackend())
})

const options = (changes: Partial<TrainPatchOptions> = {}) => runOptions(model, changes)
const quick = (changes: Partial<TrainPatchOptions> = {}) => quickOptions(model, changes)

describe('a run from prompts to patch', () => {
  const storage = memoryStorage()
  const progress: TrainProgress[] = []
  let embeddings: Float32Array
  beforeAll(async () => {
    const patch = await trainPatch(
      options({
        directory: runIn(storage),
        onProgress: (event) => progress.push(event),
        manifest: { name: 'tiny' },
      }),
    )
    await patch.save({ storage, path: 'patches/tiny' })
    embeddings = patch.prefix.embeddings
  })

  it('goes through pairs, filter, SFT and DPO, watched by validation', () => {
    const order = [...new Set(progress.map(({ stage }) => stage))]
    expect(order).toEqual([
      ...['pairs', 'reference', 'warning', 'filter', 'sft', 'validation', 'logps', 'dpo'],
    ])
    const steps = progress.flatMap((event) =>
      event.stage === 'sft' || event.stage === 'dpo' ? [`${event.stage} ${event.metrics.step}`] : [],
    )
    expect(steps).toEqual(['sft 1', 'sft 2', 'sft 3', 'dpo 1', 'dpo 2'])
    const watched = progress.flatMap((event) => (event.stage === 'validation' ? [event] : []))
    expect(watched.map(({ of, step }) => `${of} ${step}`)).toEqual([
      ...['sft 1', 'sft 2', 'sft 3'],
      ...['dpo 1', 'dpo 2'],
    ])
    expect(progress.find(({ stage }) => stage === 'filter')).toMatchObject({
      summary: expect.stringContaining('4 harmful pairs: 4 kept'),
      counts: { harmful: { total: 4, kept: 4, droppedByWinner: 0 } },
    })
  })

  it('gives a patch that can be read back, fits the model and tells how it was made', async () => {
    const patch = await readPatch({ storage, path: 'patches/tiny' })
    expect(patch.prefix).toEqual({ length: 4, embeddings })
    expect(() => checkFit(model, patch)).not.toThrow()
    expect(patch.manifest).toMatchObject({ name: 'tiny', recipe: { reference: 'safe', seed: 0 } })
    expect(patch.manifest.recipe.data.pairs).toMatch(/^[0-9a-f]{64}$/)
    expect(patch.manifest.recipe.options).toMatchObject({ sft: { steps: 3 }, dpo: { reference: 'post-sft' } })
    expect(embeddings).not.toEqual(initPrefix(model, { length: 4 }).embeddings)
  })

  it('gives the same prefix again without a storage, and another for another seed', async () => {
    expect((await trainPatch(options())).prefix.embeddings).toEqual(embeddings)
    expect((await trainPatch(options({ seed: 1 }))).prefix.embeddings).not.toEqual(embeddings)
  })

  it('gives it too where the disk is full after every second write, and the run is started again', async () => {
    const disk = memoryStorage()
    let attempts = 0
    // The first write of an attempt may be the one that drops the line that the last attempt left torn.
    while (attempts < 40) {
      attempts++
      const run = trainPatch(options({ directory: runIn(failingStorage(disk, 2)) }))
      const outcome = await run.catch((error: unknown) => error)
      if (!(outcome instanceof Error)) {
        expect((outcome as Awaited<typeof run>).prefix.embeddings).toEqual(embeddings)
        break
      }
      expect(outcome).toMatchObject({ code: 'STORAGE_FAILED' })
    }
    expect(attempts).toBeGreaterThan(8)
    expect(attempts).toBeLessThan(40)
    const file = 'run/pairs.jsonl'
    const textOf = async (kept: typeof disk) => new TextDecoder().decode(await kept.read(file))
    expect(await textOf(disk)).toBe(await textOf(storage))
  })

  it('gives it too when it is stopped in the middle of each stage and started again', async () => {
    const disk = memoryStorage()
    const moments: ((event: TrainProgress) => boolean)[] = [
      (event) => event.stage === 'pairs' && event.part === 'reference' && event.done === 3,
      (event) => event.stage === 'pairs' && event.part === 'model' && event.done === 2,
      (event) => event.stage === 'sft' && event.metrics.step === 2,
      (event) => event.stage === 'validation' && event.of === 'sft' && event.step === 3,
      (event) => event.stage === 'dpo' && event.metrics.step === 1,
    ]
    for (const moment of moments) {
      const stop = new AbortController()
      const onProgress = (event: TrainProgress) => moment(event) && stop.abort()
      await expect(
        trainPatch(options({ directory: runIn(disk), signal: stop.signal, onProgress })),
      ).rejects.toMatchObject({ code: 'ABORTED' })
    }
    expect((await trainPatch(options({ directory: runIn(disk) }))).prefix.embeddings).toEqual(embeddings)
  })

  it.each<[string, Partial<TrainPatchOptions>]>([
    ['other hyper-parameters', { dpo: { steps: 2, batchSize: 2, learningRate: 0.02, beta: 0.2 } }],
    ['other prompts', { prompts: prompts.slice(1) }],
    ['another seed', { seed: 1 }],
    ['another reference', { reference: { ...safe, name: 'other' } }],
    ['another judge', { judge: { ...judge, name: 'other' } }],
  ])('is not gone on with under %s', async (_, changes) => {
    await expect(trainPatch(options({ directory: runIn(storage), ...changes }))).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
    })
  })
})

it('trains in DPO too where nothing is validated', async () => {
  const { prefix } = await trainPatch(quick())
  expect(prefix).not.toEqual((await trainPatch(quick({ dpo: false }))).prefix)
})

it('cuts responses to as many tokens as the stage says, else the run', async () => {
  const tokens: Record<string, number> = {}
  const { sft, dpo } = options() as { sft: object; dpo: object }
  await trainPatch({
    ...quick({ sft: { ...sft, steps: 1, maxResponseTokens: 1 }, dpo: { ...dpo, steps: 1 } }),
    onProgress: (event) => {
      if (event.stage === 'sft' || event.stage === 'dpo') tokens[event.stage] = event.metrics.num_tokens
    },
  })
  // Two responses of a token; two chosen and two rejected of four, but for one of three with its end.
  expect(tokens).toEqual({ sft: 2, dpo: 15 })
})

it('prepares nothing for a stage that is finished', async () => {
  const storage = memoryStorage()
  const { prefix } = await trainPatch(quick({ directory: runIn(storage) }))
  const events: string[] = []
  const again = await trainPatch(
    quick({ directory: runIn(storage), onProgress: ({ stage }) => events.push(stage) }),
  )
  expect(again.prefix).toEqual(prefix)
  expect(events).toEqual(['reference', 'warning', 'filter'])
})

describe('r of the DPO loss', () => {
  const beta = 0.1
  const dpo = { steps: 1, batchSize: 2, learningRate: 0.02, beta, warmupSteps: 0 }

  /** The first step's mean reward of y⁺, and what it is by score: β (log π − log r). */
  async function firstReward(reference: 'post-sft' | 'base' | 'reference') {
    const rewards: number[] = []
    const safer = model.withPrefix(initPrefix(model, { length: 3, init: 'random', seed: 5 }))
    await trainPatch({
      ...quick({ sft: false, dpo: { ...dpo, reference } }),
      reference: modelReference({ model: safer }),
      onProgress: (event) => event.stage === 'dpo' && rewards.push(event.metrics['rewards/chosen'] as number),
    })
    const initial = model.withPrefix(initPrefix(model, { length: 4 }))
    const r = { 'post-sft': initial, base: model, reference: safer }[reference]
    const requests = pairs.map(({ prompt, chosen }) => ({
      prompt: [{ role: 'user', content: prompt as string }],
      response: [...model.tokenizer.encode(chosen), 2].slice(0, 4),
    }))
    const sums = async (of: LanguageModel) =>
      (await of.score(requests)).map(({ logProbabilities }) => logProbabilities.reduce((a, b) => a + b, 0))
    const [policy, referred] = [await sums(initial), await sums(r)]
    const expected = policy.reduce((sum, logp, i) => sum + (beta * (logp - referred[i]!)) / pairs.length, 0)
    return { found: rewards[0]!, expected }
  }

  it('is the prefix as SFT left it: rewards start at 0', async () => {
    expect((await firstReward('post-sft')).found).toBeCloseTo(0, 5)
  })

  it.each(['base', 'reference'] as const)('is %s where that is asked for', async (reference) => {
    const { found, expected } = await firstReward(reference)
    expect(found).toBeCloseTo(expected, 5)
    expect(Math.abs(found)).toBeGreaterThan(1e-3)
  })
})

describe('distillation', () => {
  it("draws the prefix toward the reference's distributions on harmful prompts and the base's on others", async () => {
    const safer = model.withPrefix(initPrefix(model, { length: 3, init: 'random', seed: 5 }))
    const divergences: number[] = []
    await trainPatch({
      ...quick({ dpo: false, sft: { steps: 12, batchSize: 2, learningRate: 0.1, warmupSteps: 0 } }),
      reference: modelReference({ model: safer }),
      distillation: { weight: 20, k: 8 },
      onProgress: (event) => event.stage === 'sft' && divergences.push(event.metrics.kl as number),
    })
    expect(divergences.at(-1)).toBeLessThan(0.7 * divergences[0]!)
  })
})
