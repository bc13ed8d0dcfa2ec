import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { PatchPrompt } from '../../src/pairs/rows/preference-pair.ts'
import { createRandom } from '../../src/random.ts'
import { trainGate } from '../../src/train/gate/train-gate.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
})

/** Prompts of random ids; the harmful ones end with one of three that the others never have. */
function made(kind: PatchPrompt['kind'], count: number, seed: number): PatchPrompt[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const ids = Array.from({ length: 3 + random.integer(5) }, () => 20 + random.integer(4))
    return {
      prompt: [...ids, kind === 'harmful' ? 4 + random.integer(3) : 10 + random.integer(3)].join(' '),
      kind,
    }
  })
}

const settings = {
  layers: [1],
  window: 4,
  units: 4,
  steps: 300,
  learningRate: 1e-2,
  folds: 3,
  falsePositives: { default: 0.02 },
  format: 'text',
} as const

describe('a trained gate', () => {
  it('tells prompts that it never saw apart, and says how well', async () => {
    const prompts = [...made('harmful', 120, 1), ...made('harmless', 150, 2)]
    const { gate, figures } = await trainGate({ ...settings, model, prompts })
    expect(figures).toMatchObject({ harmful: 120, harmless: 150 })
    expect(figures.recall).toBeGreaterThan(0.9)
    expect(figures.falsePositives.default).toBeLessThanOrEqual(0.02)
    const gated = model.withPrefix({ ...initPrefix(model, { length: 4, init: 'random' }), gate })
    const fired = async (rows: readonly PatchPrompt[]) =>
      (await gated.takesEffect(rows.map(({ prompt }) => prompt as string))).filter(Boolean).length /
      rows.length
    expect(await fired(made('harmful', 40, 3))).toBeGreaterThan(0.9)
    expect(await fired(made('harmless', 40, 4))).toBeLessThan(0.1)
  })

  it('is the same from the same seed, and another from another', async () => {
    const prompts = [...made('harmful', 12, 1), ...made('harmless', 12, 2)]
    const train = async (seed: number) =>
      (await trainGate({ ...settings, steps: 4, model, prompts, seed })).gate
    expect(await train(1)).toEqual(await train(1))
    expect((await train(2)).hidden).not.toEqual((await train(1)).hidden)
  })

  it('wants prompts of both kinds', async () => {
    await expect(trainGate({ ...settings, model, prompts: made('harmful', 9, 1) })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
  })
})
