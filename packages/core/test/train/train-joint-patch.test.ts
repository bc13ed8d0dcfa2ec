import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import { modelReference } from '../../src/pairs/references/model-reference.ts'
import type { Patch } from '../../src/patch/patch.ts'
import { trainJointPatch } from '../../src/train/distill/train-joint-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'
import { fell, patchOf, training, watch } from './distillation-run.ts'

let model: LanguageModel
let patches: readonly [Patch, Patch]
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  patches = [await patchOf(model, 'one', 1), await patchOf(model, 'two', 2)]
})

describe('trainJointPatch', () => {
  it('holds every response to the distributions of its own reference, harmless ones to those of the base', async () => {
    const asked: string[] = []
    const reference = (name: string, prefix: Prefix | undefined) => {
      const own = modelReference({ model: model.withPrefix(prefix), name, format: 'text' })
      return {
        ...own,
        scoreTop: (requests: Parameters<typeof own.scoreTop>[0], k: number) => {
          asked.push(`${name} ${requests.map(({ prompt }) => prompt).join(', ')}`)
          return own.scoreTop(requests, k)
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
