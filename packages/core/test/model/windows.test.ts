import { expect, it } from 'vitest'
import type { LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import { describeBase } from '../../src/patch/apply/check-fit.ts'
import { parallelPrefix } from '../../src/patch/apply/compose-prefixes.ts'
import { createPatch } from '../../src/patch/release/create-patch.ts'
import { readPatch } from '../../src/patch/release/read-patch.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { PrefixTrainer } from '../../src/train/trainer/prefix-trainer.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { relativeDifference } from '../goldens.ts'
import { hashedModel } from '../models/hashed-model.ts'
import { hashedValues } from '../models/hashed-weights.ts'

const window = 5
const config = {
  ...{ model_type: 'mistral', vocab_size: 61, hidden_size: 16, intermediate_size: 24 },
  ...{ num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ max_position_embeddings: 128, sliding_window: window },
}

const modelWith = (change: object): Promise<LanguageModel> =>
  hashedModel({ ...config, ...change }, cpuBackend())

const model = await modelWith({})
const [length, d] = [4, 16]
const passing: Prefix = { length, embeddings: hashedValues('prefix', [length, d]) }
const visible: Prefix = { ...passing, alwaysVisible: true }
const other = { ...visible, embeddings: hashedValues('b', [length, d]) }
const side = parallelPrefix([
  { prefix: passing, weight: 1 },
  { prefix: other, weight: 2 },
])
/** Farther from the prefix than both layers' windows reach. */
const ids = Array.from({ length: 30 }, (_, i) => (7 * i + 3) % 61)

async function lastLogps(of: LanguageModel, prefix: Prefix | undefined, tokens = ids): Promise<Float32Array> {
  const response = tokens.slice(-3)
  const prompt = tokens.slice(0, -3).join(' ')
  const [scored] = await of.withPrefix(prefix).score([{ prompt, response }])
  return scored?.logProbabilities as Float32Array
}

it('moves out of the window behind many tokens, and not if it is always visible', async () => {
  const plain = await lastLogps(model, passing)
  const another = await lastLogps(model, { length, embeddings: hashedValues('other', [length, d]) })
  expect(relativeDifference(plain, another)).toBeLessThan(1e-6)
  const seen = await lastLogps(model, visible)
  const otherSeen = await lastLogps(model, { ...visible, embeddings: hashedValues('other', [length, d]) })
  expect(relativeDifference(seen, otherSeen)).toBeGreaterThan(1e-3)
})

it('is, always visible before a text no longer than the window, what it is in a model without one', async () => {
  const wide = await modelWith({ sliding_window: null })
  const short = ids.slice(0, window)
  const seen = await lastLogps(model, visible, short)
  expect(relativeDifference(seen, await lastLogps(wide, passing, short))).toBeLessThan(1e-5)
  expect(relativeDifference(seen, await lastLogps(model, passing, short))).toBeGreaterThan(1e-4)
})

it.each([
  ['one that passes', passing],
  ['one that is always visible', visible],
  ['two side by side, one of them always visible', side],
])('generates far beyond the window what a full forward pass gives, behind %s', async (_, prefix) => {
  const { tokens } = await model.withPrefix(prefix).generate(ids.slice(0, 9).join(' '), { maxTokens: 14 })
  const whole = [...ids.slice(0, 9), ...tokens]
  for (let at = 9; at < whole.length; at++) {
    const [top] = await model.scoreTop([{ prompt: whole.slice(0, at).join(' '), response: [0], prefix }], 1)
    expect(top?.ids[0]).toBe(whole[at])
  }
})

it('is trained as it is applied, and stays so in a file', async () => {
  const start = initPrefix(model, { length: 3, init: 'vocab', alwaysVisible: true })
  const examples = [{ prompt: ids.slice(0, 20), chosen: ids.slice(20), kind: 'harmful' as const }]
  const gradients: Float32Array[] = []
  for (const recompute of ['none', 'block'] as const) {
    const trainer = new PrefixTrainer({
      ...{ model, prefix: start, objective: { type: 'sft' }, examples, recompute },
      ...{ batchSize: 1, steps: 1, learningRate: 1e-3, maxGradNorm: 1e9, optimizer: { betas: [0, 0.999] } },
    })
    await trainer.step(examples)
    expect(trainer.prefix.alwaysVisible).toBe(true)
    gradients.push(Float32Array.from(trainer.state().optimizer.first))
    await trainer.dispose()
  }
  expect(Math.max(...(gradients[0] as Float32Array).map(Math.abs))).toBeGreaterThan(1e-4)
  expect(relativeDifference(gradients[1]!, gradients[0]!)).toBeLessThan(1e-5)

  const storage = memoryStorage()
  const manifest = { name: 'visible', domain: 'harmfulness', license: 'MIT', base: describeBase(model) }
  const patch = await createPatch({ manifest, prefix: start })
  await patch.save({ storage, path: 'visible' })
  expect((await readPatch({ storage, path: 'visible' })).prefix).toMatchObject({
    length: 3,
    alwaysVisible: true,
  })
})
