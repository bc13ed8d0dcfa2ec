import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { Patch } from '../../src/patch/patch.ts'
import { rebasePatch } from '../../src/train/distill/rebase-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'
import { mean, patchOf, tasks, training, watch } from './distillation-run.ts'

let model: LanguageModel
let patches: readonly [Patch, Patch]
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  patches = [await patchOf(model, 'one', 1), await patchOf(model, 'two', 2)]
})

describe('rebasePatch', () => {
  it('takes a patch to another release of its base', async () => {
    // The new release: the same with other weights in one layer.
    const name = 'model.layers.0.mlp.up_proj.weight'
    const weight = model.weights[name]!
    const data = (weight as { data: Float32Array }).data.map((value, i) => value * (1 + 0.1 * Math.sin(i)))
    const { createLanguageModel } = await import('../../src/model/create-language-model.ts')
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
