import { expect, test } from 'vitest'
import { tinyManifest, tinyModel, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import { applyPatch } from './apply-patch.ts'
import { describeBase } from './check-fit.ts'

const patch = { manifest: tinyManifest, prefix: tinyPrefix }

test('gives the model with the prefix and leaves the model as it was', () => {
  const model = tinyModel()
  expect(applyPatch(model, patch).prefix).toBe(tinyPrefix)
  expect(model.prefix).toBeUndefined()
})

test('a patch made for a model fits it wherever it was loaded from', () => {
  const manifest = { ...tinyManifest, base: { ...describeBase(tinyModel()), id: 'somewhere/else' } }
  expect(applyPatch(tinyModel(), { ...patch, manifest }).prefix).toBe(tinyPrefix)
})

test.each([
  ['hidden size', { config: { hiddenSize: 32 } }, '16', '32'],
  ['vocabulary size', { config: { vocabSize: 98 } }, '97', '98'],
  ['architecture', { config: { architecture: 'qwen2' } }, 'llama', 'qwen2'],
  ['number of layers', { config: { layers: 3 } }, '2', '3'],
  ['tokenizer fingerprint', { tokenizer: { fingerprint: 'f'.repeat(64) } }, 'a'.repeat(64), 'f'.repeat(64)],
  ['weights fingerprint', { weightsFingerprint: 'f'.repeat(64) }, 'b'.repeat(64), 'f'.repeat(64)],
])('another %s is refused', (what, changes, expected, found) => {
  expect(() => applyPatch(tinyModel(changes), patch)).toThrow(
    expect.objectContaining({
      code: 'PATCH_MISMATCH',
      expected: expect.stringMatching(new RegExp(`: ${what} ${expected}$`)),
      found: `models/tiny.gguf: ${what} ${found}`,
    }),
  )
})

test('one error names all that differs', () => {
  const model = tinyModel({ config: { hiddenSize: 32, layers: 3 }, weightsFingerprint: 'f'.repeat(64) })
  expect(() => applyPatch(model, patch)).toThrow(
    /found models\/tiny.gguf: hidden size 32, number of layers 3, weights fingerprint f{64}/,
  )
})

test('a prefix that no model can take is refused', () => {
  const embeddings = tinyPrefix.embeddings.with(0, Number.POSITIVE_INFINITY)
  expect(() => applyPatch(tinyModel(), { ...patch, prefix: { length: 4, embeddings } })).toThrow(
    expect.objectContaining({ code: 'NOT_FINITE' }),
  )
})
