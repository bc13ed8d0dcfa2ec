import { beforeAll, describe, expect, it } from 'vitest'
import { memoryStorage } from '../src/memory-storage.ts'
import type { LanguageModel, Prefix } from '../src/model/language-model.ts'
import { modelReference } from '../src/pairs/references/model-reference.ts'
import { createPatch } from '../src/patch/create-patch.ts'
import { describeBase } from '../src/patch/describe-base.ts'
import type { Patch } from '../src/patch/patch.ts'
import { type CompressionTask, compressPatches } from '../src/train/distill/compress-patches.ts'
import type { DistillTraining } from '../src/train/distill/distill-patch.ts'
import { rebasePatch } from '../src/train/distill/rebase-patch.ts'
import { trainJointPatch } from '../src/train/distill/train-joint-patch.ts'
import { initPrefix } from '../src/train/prefix-init.ts'
import type { TrainProgress } from '../src/train/train-options.ts'
import { cpuBackend } from './cpu-backend.ts'
import { goldenModel } from './goldens.ts'
import { tinyManifest } from './patch/tiny-patch.ts'

let model: LanguageModel
let patches: readonly [Patch, Patch]
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  patches = [await patchOf('one', 1), await patchOf('two', 2)]
})

function patchOf(name: string, seed: number): Promise<Patch> {
  const prefix = initPrefix(model, { length: 4, init: 'random', seed })
  const manifest = { ...tinyManifest, name, domain: name, conflicts: [], effects: [] }
  return createPatch({
    manifest: { ...manifest, base: describeBase(model), prefix: { length: 4, init: 'random' } },
    prefix,
  })
}

const prompts = ['5 17 3', '80 25 9', '41 7', '9 71 8'].map((prompt) => ({
  prompt,
  kind: 'harmful' as const,
}))
const tasks = [
  { name: 'text', prompts: prompts.slice(0, 2), format: 'text' as const, maxResponseTokens: 4 },
  { name: 'more', prompts: prompts.slice(2), format: 'text' as const, maxResponseTokens: 2, share: 2 },
]
const training: DistillTraining = {
  steps: 12,
  batchSize: 3,
  learningRate: 0.05,
  warmupSteps: 0,
  k: 8,
  weight: 20,
}

/** The divergences that a run reports, step by step. */
function watch() {
  const divergences: number[] = []
  const onProgress = (event: TrainProgress) => {
    if (event.stage === 'sft') divergences.push(event.metrics.kl as number)
  }
  return { divergences, onProgress }
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const fell = (divergences: readonly number[]) =>
  expect(mean(divergences.slice(-3))).toBeLessThan(0.7 * mean(divergences.slice(0, 2)))

describe('compressPatches', () => {
  it('learns what a stack does with fewer virtual tokens, and says what it was made of', async () => {
    const { divergences, onProgress } = watch()
    const stepsBefore: number[] = []
    const patch = await compressPatches({
      model,
      patches,
      length: 5,
      tasks,
      training,
      onProgress,
      onTaught: () => void stepsBefore.push(divergences.length),
      manifest: { name: 'small' },
    })
    fell(divergences)
    // The teachers had said all before the first step.
    expect(stepsBefore).toEqual([0])
    expect(patch.prefix).toMatchObject({ length: 5 })
    expect(patch.manifest).toMatchObject({
      name: 'small',
      prefix: { length: 5, init: 'prefix' },
      composition: {
        method: 'compress',
        parts: [
          { name: 'one', length: 4 },
          { name: 'two', length: 4 },
        ],
      },
      recipe: { reference: 'parallel of one, two' },
    })
  })

  it('has a task taught by the base where it names no patch, and answered by the base where it says so', async () => {
    const few = {
      model,
      patches,
      length: 4,
      training: { ...training, steps: 2 },
      manifest: { name: 'small' },
    }
    const recipeOf = async (more: Partial<CompressionTask>) => {
      const { divergences, onProgress } = watch()
      const own = tasks.slice(0, 1).map((task) => ({ ...task, ...more }))
      const { manifest } = await compressPatches({ ...few, tasks: own, onProgress })
      return { ...manifest.recipe, divergence: divergences[0] }
    }
    const patched = await recipeOf({ taughtBy: ['one'] })
    const base = await recipeOf({ taughtBy: [] })
    const mixed = await recipeOf({ taughtBy: ['one'], respondedBy: 'base' })
    expect([patched, base, mixed].map(({ reference }) => reference)).toEqual(['one', 'base', 'one'])
    // Whose responses they are, and whose distributions.
    expect(mixed.data).toEqual(base.data)
    expect(mixed.data).not.toEqual(patched.data)
    expect(mixed.divergence).not.toBe(base.divergence)
  })

  it('has other responses of the same prompts by another seed of them', async () => {
    const sampled = [0, 0, 1].map((responseSeed, i) => ({
      ...{ ...tasks[0]!, name: `sample ${i}`, temperature: 1, responseSeed },
    }))
    const { manifest } = await compressPatches({
      ...{ model, patches, length: 4, training: { ...training, steps: 1 }, tasks: sampled },
      manifest: { name: 'small' },
    })
    const [first, again, other] = Object.values(manifest.recipe.data)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('has a task taught by those patches of the stack that it names', async () => {
    const own = tasks.map((task, i) => ({ ...task, taughtBy: [patches[i]!.manifest.name] }))
    const few = { model, length: 4, training: { ...training, steps: 2 }, manifest: { name: 'small' } }
    const patch = await compressPatches({ ...few, patches, tasks: own })
    expect(patch.manifest.recipe.reference).toBe('one, two')
    const alone = patches.slice(0, 1)
    const byOne = await compressPatches({
      ...few,
      patches,
      tasks: tasks.map((task) => ({ ...task, taughtBy: ['one'] })),
    })
    const one = await compressPatches({ ...few, patches: alone, tasks })
    // The same teacher and data; what differs is where they start from.
    expect(byOne.manifest.recipe).toEqual(one.manifest.recipe)
    const wrong = [{ ...tasks[0]!, taughtBy: ['three'] }]
    await expect(compressPatches({ model, patches, tasks: wrong, training })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      expected: expect.stringContaining('one, two'),
    })
  })

  it('starts from the virtual tokens of the patch that is named, or of a prefix', async () => {
    const still = { ...training, steps: 1, learningRate: 1e-12 }
    const [, two] = patches
    const earlier = initPrefix(model, { length: 4, init: 'random', seed: 3 })
    for (const [start, from] of [
      ['two', two.prefix],
      [earlier, earlier],
    ] as const) {
      const { prefix } = await compressPatches({ model, patches, length: 4, start, tasks, training: still })
      for (const [i, value] of prefix.embeddings.entries()) {
        expect(value).toBeCloseTo(from.embeddings[i] as number, 6)
      }
    }
    await expect(compressPatches({ model, patches, start: 'three', tasks })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'three',
      expected: expect.stringContaining('one, two'),
    })
  })

  it('goes on where it was stopped, and ends with the same patch', async () => {
    const storage = memoryStorage()
    const options = {
      model,
      patches,
      length: 3,
      tasks,
      training,
      checkpointEvery: 2,
      manifest: { name: 'small' },
    }
    const whole = await compressPatches(options)
    const controller = new AbortController()
    const stopped = compressPatches({
      ...options,
      storage,
      signal: controller.signal,
      onProgress: (event) => event.stage === 'sft' && event.done === 5 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    const steps: number[] = []
    const resumed = await compressPatches({
      ...options,
      storage,
      onProgress: (event) => event.stage === 'sft' && steps.push(event.done),
    })
    expect(steps[0]).toBe(5)
    expect(resumed.prefix).toEqual(whole.prefix)
    await expect(compressPatches({ ...options, storage, seed: 1 })).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
    })
  })

  it('refuses a length of nothing, a task without prompts, and patches of another model', async () => {
    const given = { model, patches, tasks, training }
    await expect(compressPatches({ ...given, length: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const empty = [{ ...tasks[0]!, prompts: [] }]
    await expect(compressPatches({ ...given, tasks: empty })).rejects.toMatchObject({ code: 'EMPTY_DATA' })
    const other = await goldenModel('qwen2', cpuBackend())
    await expect(compressPatches({ ...given, model: other })).rejects.toMatchObject({
      code: 'PATCH_MISMATCH',
    })
  })
})

describe('rebasePatch', () => {
  it('takes a patch to another release of its base', async () => {
    // The new release: the same with other weights in one layer.
    const name = 'model.layers.0.mlp.up_proj.weight'
    const weight = model.weights[name]!
    const data = (weight as { data: Float32Array }).data.map((value, i) => value * (1 + 0.1 * Math.sin(i)))
    const { createLanguageModel } = await import('../src/model/create-language-model.ts')
    const to = await createLanguageModel({
      ...model,
      id: 'next',
      weights: { ...model.weights, [name]: { ...weight, data } as typeof weight },
    })
    const { divergences, onProgress } = watch()
    const patch = await rebasePatch({
      patch: patches[0],
      from: model,
      to,
      tasks,
      training: { ...training, learningRate: 0.01 },
      onProgress,
    })
    expect(mean(divergences.slice(-3))).toBeLessThan(mean(divergences.slice(0, 2)))
    expect(patch.manifest).toMatchObject({
      name: 'one',
      base: { id: 'next' },
      composition: { method: 'rebase', parts: [{ name: 'one' }] },
      recipe: { reference: 'one 1.0.0 on llama' },
    })
  })

  it('refuses a model of other tokens', async () => {
    const to = { ...model, tokenizer: { ...model.tokenizer, fingerprint: 'f'.repeat(64) } }
    await expect(rebasePatch({ patch: patches[0], from: model, to, tasks })).rejects.toMatchObject({
      code: 'PATCH_MISMATCH',
    })
  })
})

describe('trainJointPatch', () => {
  it('holds every response to the distributions of its own reference, harmless ones to those of the base', async () => {
    const asked: string[] = []
    const reference = (name: string, prefix: Prefix | undefined) => {
      const own = modelReference({ model: model.withPrefix(prefix), name, format: 'text' })
      return {
        ...own,
        distributions: (requests: Parameters<typeof own.distributions>[0], k: number) => {
          asked.push(`${name} ${requests.map(({ prompt }) => prompt).join(', ')}`)
          return own.distributions(requests, k)
        },
      }
    }
    const { divergences, onProgress } = watch()
    const row = (prompt: string, kind: 'harmful' | 'harmless') => ({
      prompt,
      kind,
      chosen: '9 71 8',
      chosenScore: 1,
    })
    const patch = await trainJointPatch({
      model,
      domains: [
        {
          name: 'refusal',
          reference: reference('safer', patches[0].prefix),
          pairs: [
            row('5 17', 'harmful'),
            row('80 25', 'harmless'),
            { ...row('4 4', 'harmful'), chosenScore: 0 },
          ],
          filter: {},
          format: 'text',
          maxResponseTokens: 3,
        },
        {
          name: 'tone',
          reference: reference('milder', patches[1].prefix),
          pairs: [row('41 7', 'harmful')],
          format: 'text',
          maxResponseTokens: 1,
        },
      ],
      prefix: { length: 6, init: 'vocab' },
      training,
      onProgress,
    })
    expect(asked).toEqual(['safer 5 17', 'milder 41 7'])
    fell(divergences)
    expect(patch.manifest).toMatchObject({
      domain: 'refusal, harmful, refusal, harmless, tone',
      prefix: { length: 6, init: 'vocab' },
    })
    expect(Object.keys(patch.manifest.recipe.data)).toHaveLength(3)
  })
})
