import { applyPatch, type LanguageModel } from 'policypatch'
import { exportKeyValues } from 'policypatch/patch'
import { onnxruntimeBackend } from 'policypatch/platform'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateWith, patchOf } from '../../../examples/patched-transformers-js.ts'
import { goldenModel } from '../../core/test/goldens.ts'

const backend = onnxruntimeBackend()
let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('../peft/model', backend)
})
afterAll(() => backend.dispose())

test('transformers.js generates from a stock ONNX export what the patched model does', async () => {
  const patch = await patchOf(model, 6)
  const cache = await exportKeyValues(model, patch)
  const ids = [5, 17, 42, 8]
  const tokens = async (own: LanguageModel) => (await own.generate(ids.join(' '), { maxTokens: 8 })).tokens
  const patched = await tokens(applyPatch(model, patch))
  expect(await generateWith(cache, ids, 8)).toEqual(patched)
  const base = await tokens(model)
  expect(await generateWith(undefined, ids, 8)).toEqual(base)
  expect(patched).not.toEqual(base)
})
