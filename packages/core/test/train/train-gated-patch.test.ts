import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { readPatch } from '../../src/patch/release/read-patch.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { resolveRun } from '../../src/train/resolve-run.ts'
import type { TrainPatchOptions } from '../../src/train/train-options.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { wordModel } from '../models/word-model.ts'
import { runIn, runOptions } from './training-run.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await wordModel(cpuBackend())
})

const gate = { layers: [1], window: 4, units: 2, steps: 20, folds: 2 }
const options = (changes: Partial<TrainPatchOptions> = {}) => {
  const { dpo: _, validation: __, ...rest } = runOptions(model, { gate, ...changes })
  return rest
}

describe('a run with a gate', () => {
  it('trains it after the prefix, on all prompts, and puts it into the patch', async () => {
    const storage = memoryStorage()
    const stages: string[] = []
    const patch = await trainPatch(
      options({ directory: runIn(storage), onProgress: ({ stage }) => stages.push(stage) }),
    )
    expect([...new Set(stages)]).toEqual(['pairs', 'reference', 'warning', 'filter', 'sft', 'gate'])
    expect(patch.prefix.gate).toMatchObject({ layers: [1], window: 4 })
    expect(patch.manifest.prefix.gate).toMatchObject({ units: 2, figures: { harmful: 5, harmless: 5 } })
    expect(patch.manifest.recipe.options).toMatchObject({ gate, dpo: false })
    await patch.save({ storage, path: 'patch' })
    expect((await readPatch({ storage, path: 'patch' })).prefix).toEqual(patch.prefix)
  })

  it('keeps it, so that a run that is taken up again has the same, and refuses other settings', async () => {
    const storage = memoryStorage()
    const first = await trainPatch(options({ directory: runIn(storage) }))
    const stages: string[] = []
    const again = await trainPatch(
      options({ directory: runIn(storage), onProgress: ({ stage }) => stages.push(stage) }),
    )
    expect(stages).not.toContain('gate')
    expect(again.prefix).toEqual(first.prefix)
    await expect(
      trainPatch(options({ directory: runIn(storage), gate: { ...gate, units: 3 } })),
    ).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
    })
  })
})

describe('which recipe a run has by default', () => {
  const row = (kind: 'harmful' | 'harmless', count: number) =>
    Array.from({ length: count }, (_, i) => ({ prompt: `${kind} ${i}`, kind }))

  it('with prompts enough: a gate, and a prefix that has but to refuse', () => {
    const resolved = resolveRun({ model, prompts: [...row('harmful', 40), ...row('harmless', 40)] }).settings
    expect(resolved).toMatchObject({
      gate: {},
      dpo: false,
      validation: false,
      everyday: 0,
      contexts: 'default',
    })
  })

  it('with harmful prompts alone: everyday ones are made', () => {
    expect(resolveRun({ model, prompts: row('harmful', 60) }).settings).toMatchObject({
      gate: {},
      everyday: 600,
    })
    expect(resolveRun({ model, prompts: row('harmful', 30) }).settings).toMatchObject({
      gate: false,
      everyday: 600,
    })
  })

  it('with few prompts, or texts to continue: none, and DPO', () => {
    const few = resolveRun({ model, prompts: [...row('harmful', 39), ...row('harmless', 90)] }).settings
    expect(few).toMatchObject({ gate: false, dpo: { steps: 50 }, validation: { share: 0.1 } })
    const texts = [...row('harmful', 90), ...row('harmless', 90)]
    expect(resolveRun({ model, prompts: texts, format: 'text' }).settings).toMatchObject({
      ...{ gate: false, everyday: 0, contexts: 'none' },
    })
  })
})
