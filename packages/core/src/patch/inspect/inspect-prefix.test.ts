import { beforeAll, expect, it } from 'vitest'
import { cpuBackend } from '../../../test/cpu-backend.ts'
import { goldenModel } from '../../../test/goldens.ts'
import { tinyManifest } from '../../../test/patch/tiny-patch.ts'
import { prefixOfIds } from '../../../test/plain-decoding.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { describeBase } from '../apply/check-fit.ts'
import { inspectPrefix } from './inspect-prefix.ts'
import { prefixAttention } from './prefix-attention.ts'

let model: LanguageModel
beforeAll(async () => {
  const loaded = await goldenModel('llama', cpuBackend())
  // The tokenizer of the tiny models knows no chat: a message is its text.
  const tokenizer = {
    ...loaded.tokenizer,
    encodePrompt: (prompt: unknown) =>
      loaded.tokenizer.encodePrompt(
        typeof prompt === 'string' ? prompt : (prompt as [{ content: string }])[0].content,
      ),
  }
  model = { ...loaded, tokenizer }
})

const patchOf = (prefix: Prefix) => ({
  prefix,
  manifest: { ...tinyManifest, base: describeBase(model), prefix: { length: prefix.length, init: 'random' } },
})

it('names the tokens that virtual ones are, their norms, and where they are attended to', async () => {
  const ids = [33, 8, 70]
  const prefix = prefixOfIds(model, ids)
  const { tokens, embeddingNorms, attention } = await inspectPrefix(model, patchOf(prefix), {
    prompts: ['5 17 3', '80 25'],
    nearest: 2,
  })
  expect(tokens.map(({ nearest }) => nearest[0]?.id)).toEqual(ids)
  for (const [i, { norm, nearest }] of tokens.entries()) {
    const row = prefix.embeddings.subarray(i * model.config.hiddenSize, (i + 1) * model.config.hiddenSize)
    expect(norm).toBeCloseTo(Math.hypot(...row), 5)
    expect(nearest).toHaveLength(2)
    expect(nearest[0]?.cosine).toBeCloseTo(1, 5)
    expect(nearest[1]?.cosine).toBeLessThan(1)
    expect(norm).toBeLessThanOrEqual(embeddingNorms.largest + 1e-6)
  }
  expect(attention.map((heads) => heads.length)).toEqual(
    new Array(model.config.layers).fill(model.config.heads),
  )
  for (const share of attention.flat()) expect(share > 0 && share < 1).toBe(true)
})

it('is no attention for a prefix that nothing is like, and nearly all for many that everything is', async () => {
  const all = await prefixAttention(model, prefixOfIds(model, new Array(60).fill(41)), '41')
  // 60 of 61 keys of the first layer are the same but for their positions.
  for (const share of all[0] ?? []) expect(share).toBeGreaterThan(0.8)
})
