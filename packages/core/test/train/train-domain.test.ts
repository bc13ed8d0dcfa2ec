import { beforeAll, describe, expect, it } from 'vitest'
import type { Domain } from '../../src/domains/domain.ts'
import { harmfulnessDomain } from '../../src/domains/harmfulness-domain.ts'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { functionJudge } from '../../src/pairs/judges/judge.ts'
import type { Reference, RespondSettings } from '../../src/pairs/references/reference.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { resolveRun } from '../../src/train/resolve-run.ts'
import type { TrainPatchOptions } from '../../src/train/train-options.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { wordModel } from '../models/word-model.ts'
import { prompts, runIn, runOptions } from './training-run.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await wordModel(cpuBackend())
})

const judge = functionJudge({
  name: 'numbers',
  score: ({ response }) => Number(response.trim().split(' ').at(-1)) / 10,
})

/** Several answers of the reference to targets, of which the best is learned. */
const domain: Domain = {
  ...harmfulnessDomain(),
  name: 'numbers',
  pairs: {
    judge,
    sides: { harmful: { chosen: { from: 'reference', pick: 'best' } } },
    ...{ samples: 3, temperature: 1, maxTokens: 2, filter: false },
  },
  training: {
    ...{ prefix: { length: 3 }, sft: { steps: 2, batchSize: 2 }, dpo: false, gate: false, validation: false },
    maxResponseTokens: 4,
  },
}

/** Says the number of its sample. */
const counting = ({ seed, ...settings }: RespondSettings): Reference => ({
  specificationVersion: 'v1',
  name: 'counting',
  settings,
  async *respond(asked) {
    for (const index of asked.keys()) yield { index, response: `${(seed % 3) + 5}` }
  },
})

describe('trainPatch of a domain', () => {
  it('is of refusal where none is named', async () => {
    const [usual, named] = await Promise.all([
      trainPatch(runOptions(model)),
      trainPatch(runOptions(model, { domain: harmfulnessDomain() })),
    ])
    expect(named.prefix).toEqual(usual.prefix)
    const { created, files } = named.manifest
    expect(named.manifest).toEqual({ ...usual.manifest, created, files })
  })

  it('makes the pairs of its recipe and trains by it', async () => {
    const storage = memoryStorage()
    const options = {
      domain,
      model,
      reference: counting,
      prompts,
      contexts: [],
      check: false as const,
    }
    const { manifest, prefix } = await trainPatch({ ...options, directory: runIn(storage) })
    expect(manifest).toMatchObject({ domain: 'numbers', recipe: { reference: 'counting' } })
    expect(manifest.recipe.options).toMatchObject({
      sft: { steps: 2, batchSize: 2 },
      generation: { maxTokens: 2 },
    })
    expect(prefix.length).toBe(3)
    const rows = new TextDecoder()
      .decode(await storage.read('run/pairs.jsonl'))
      .trim()
      .split('\n')
    expect(rows.map((row) => JSON.parse(row))).toEqual(
      prompts
        .filter(({ kind }) => kind === 'harmful')
        .map((prompt) => ({ ...prompt, chosen: '7', chosenScore: 0.7 })),
    )
    expect(await trainPatch({ ...options, directory: runIn(storage) })).toMatchObject({ prefix })
  })

  it('gives way to what is said, undefined being nothing', () => {
    const { settings, judge: own } = resolveRun({
      ...{ domain, model, prompts, preset: 'thorough', judge: undefined },
      ...{
        sft: { learningRate: 0.5, batchSize: undefined },
        maxResponseTokens: 9,
        prefix: { init: 'vocab' },
      },
    })
    expect(own).toBe(judge)
    expect(settings).toMatchObject({
      sft: { steps: 4, learningRate: 0.5, batchSize: 2 },
      ...{ maxResponseTokens: 9, dpo: false, gate: false, validation: false, everyday: 0 },
      prefix: { length: 3, init: 'vocab' },
    })
    const strict = { ...domain, pairs: { ...domain.pairs, filter: { winnerThreshold: 0.7 } } }
    const filterOf = (filter: TrainPatchOptions['filter']) =>
      resolveRun({ domain: strict, model, prompts, filter }).settings.filter
    expect(filterOf(undefined)).toEqual({ winnerThreshold: 0.7 })
    expect(filterOf({ marginThreshold: 0.1 })).toEqual({ winnerThreshold: 0.7, marginThreshold: 0.1 })
    expect(filterOf(false)).toBe(false)
  })

  it('counts as the reference what was picked of it, and learns from the rest where the recipe says so', async () => {
    const told: number[] = []
    const patch = await trainPatch({
      ...{ model, prompts, reference: counting, contexts: [], check: false, minimumReferenceShare: 0.5 },
      domain: { ...domain, pairs: { ...domain.pairs, unpicked: 'sft', filter: { winnerThreshold: 0.7 } } },
      onProgress: (event) => event.stage === 'reference' && told.push(event.wanted / event.asked),
    })
    expect(patch.manifest.domain).toBe('numbers')
    expect(told).toEqual([1])
  })

  it('refuses several answers of a reference that gives one', async () => {
    const options = {
      domain,
      model,
      prompts,
      contexts: [],
      reference: counting({} as RespondSettings),
    }
    await expect(trainPatch(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
