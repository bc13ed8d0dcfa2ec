import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { TrainPatchOptions } from '../../src/train/train-options.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { wordModel } from '../models/word-model.ts'
import { pairs, prompts, quickOptions, safe } from '../train/training-run.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await wordModel(cpuBackend())
})

describe('a run, before any work', () => {
  /** A model that must not be asked for anything. */
  const idle = () =>
    new Proxy(model, {
      get(target, name) {
        if (name === 'generateBatch' || name === 'score') throw new Error(`${String(name)} was called`)
        return Reflect.get(target, name)
      },
    })

  it.each<[string, Partial<TrainPatchOptions>, string]>([
    ['no data', { prompts: [], pairs: [] }, 'EMPTY_DATA'],
    ['prompts without a reference', { prompts, pairs: undefined as never }, 'INVALID_ARGUMENT'],
    [
      'pairs whose harmless ones the filter drops',
      { pairs: [pairs[0]!, { ...pairs[1]!, chosenScore: 0 }] },
      'EMPTY_DATA',
    ],
    ['pairs that the filter drops', { filter: { winnerThreshold: 2 } }, 'EMPTY_DATA'],
    ['pairs without y⁻ for DPO', { pairs: pairs.map(({ rejected: _, ...row }) => row) }, 'EMPTY_DATA'],
    ['a learning rate of 0', { sft: { learningRate: 0 } }, 'INVALID_ARGUMENT'],
    ['a β of 0', { dpo: { beta: 0 } }, 'INVALID_ARGUMENT'],
    ['a prefix of no length', { prefix: { length: 0 } }, 'INVALID_ARGUMENT'],
    [
      'a DPO reference without probabilities',
      { dpo: { reference: 'reference' }, reference: safe },
      'INVALID_ARGUMENT',
    ],
    ['a teacher without distributions', { distillation: {}, reference: safe }, 'INVALID_ARGUMENT'],
    ['a share of everything', { validation: { share: 1 } }, 'INVALID_ARGUMENT'],
    ['a reference share above 1', { minimumReferenceShare: 2 }, 'INVALID_ARGUMENT'],
    ['a check of no token', { check: { maxTokens: 0 } }, 'INVALID_ARGUMENT'],
    ['a check of everything', { check: { share: 1 } }, 'INVALID_ARGUMENT'],
    ['a check that asks for more than all', { check: { minimumWanted: 1.1 } }, 'INVALID_ARGUMENT'],
    ['a version that is none', { manifest: { version: 'one' } }, 'INVALID_ARGUMENT'],
    ['responses of no token', { maxResponseTokens: 0 }, 'INVALID_ARGUMENT'],
    ['responses of no token in a stage', { dpo: { maxResponseTokens: 0 } }, 'INVALID_ARGUMENT'],
    [
      'a prompt that does not fit',
      { pairs: [{ ...pairs[0]!, prompt: 'word '.repeat(250) }] },
      'CONTEXT_EXCEEDED',
    ],
  ])('refuses %s', async (_, changes, code) => {
    await expect(trainPatch({ ...quickOptions(model), model: idle(), ...changes })).rejects.toMatchObject({
      code,
    })
  })
})
