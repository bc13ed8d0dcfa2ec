import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { Patch } from '../../src/patch/patch.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { type CompressionTask, compressPatches } from '../../src/train/distill/compress-patches.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'
import { fell, patchOf, tasks, training, watch } from './distillation-run.ts'

let model: LanguageModel
let patches: readonly [Patch, Patch]
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  patches = [await patchOf(model, 'one', 1), await patchOf(model, 'two', 2)]
})

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
    const directory = { storage: memoryStorage(), path: 'run' }
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
      directory,
      signal: controller.signal,
      onProgress: (event) => event.stage === 'sft' && event.done === 5 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    const steps: number[] = []
    const resumed = await compressPatches({
      ...options,
      directory,
      onProgress: (event) => event.stage === 'sft' && steps.push(event.done),
    })
    expect(steps[0]).toBe(5)
    expect(resumed.prefix).toEqual(whole.prefix)
    await expect(compressPatches({ ...options, directory, seed: 1 })).rejects.toMatchObject({
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
