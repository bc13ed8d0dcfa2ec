import { beforeAll, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { applyPatch } from '../../src/patch/apply/apply-patch.ts'
import { readPatch } from '../../src/patch/release/read-patch.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'
import { storageOf, tinyManifest } from '../patch/tiny-patch.ts'
import { cut, load, overwriteEnd, wholeModel } from './damage.ts'
import { type Case, describeCases } from './describe-cases.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama-tied', cpuBackend())
})
const longPrompt = '5 '.repeat(256)

const uses: Case[] = [
  {
    name: 'a chat for a tokenizer without a template',
    code: 'NO_CHAT_TEMPLATE',
    names: 'template',
    run: async () => {
      const loaded = await load(await wholeModel())
      return loaded.generate([{ role: 'user', content: 'a' }])
    },
  },
  {
    name: 'a prompt longer than the context',
    code: 'CONTEXT_EXCEEDED',
    names: '256',
    run: () => model.generate(longPrompt),
  },
  {
    name: 'a training prompt longer than the context',
    code: 'CONTEXT_EXCEEDED',
    names: 'pair 1',
    run: () =>
      trainPatch({
        model,
        pairs: [{ prompt: longPrompt, kind: 'harmful', chosen: '5', rejected: '6' }],
        filter: false,
        validation: false,
        prefix: { length: 2, init: 'vocab' },
      }),
  },
  {
    name: 'a patch of another model',
    code: 'PATCH_MISMATCH',
    names: 'hidden size 16',
    run: async () => {
      const fixtures = new URL('../../fixtures/patches/v1/tiny-harmfulness', import.meta.url)
      return applyPatch(model, await readPatch({ storage: await storageOf(fixtures, 'tiny'), path: 'tiny' }))
    },
  },
  {
    name: 'a patch whose prefix was altered',
    code: 'DIGEST_MISMATCH',
    names: 'adapter_model.safetensors',
    run: async () => {
      const fixtures = new URL('../../fixtures/patches/v1/tiny-harmfulness', import.meta.url)
      const storage = await storageOf(fixtures, 'tiny')
      await overwriteEnd(storage, 'tiny/adapter_model.safetensors', Number.NaN)
      return readPatch({ storage, path: 'tiny' })
    },
  },
  {
    name: 'a patch that is cut short',
    code: 'TRUNCATED',
    names: 'adapter_model.safetensors',
    run: async () => {
      const fixtures = new URL('../../fixtures/patches/v1/tiny-harmfulness', import.meta.url)
      const storage = await storageOf(fixtures, 'tiny')
      await cut(storage, 'tiny/adapter_model.safetensors', 0.7)
      return readPatch({ storage, path: 'tiny' })
    },
  },
]

describeCases('what does not fit the model, and patches that are damaged', uses)

it('and the patch that is refused above is of another model', () => {
  expect(tinyManifest.base.hiddenSize).not.toBe(model.config.hiddenSize)
})
