import { beforeAll, describe, expect, it } from 'vitest'
import { cpuBackend } from '../../../test/cpu-backend.ts'
import { wordModel } from '../../../test/models/word-model.ts'
import { tinyManifest } from '../../../test/patch/tiny-patch.ts'
import { prefixOfIds } from '../../../test/plain-decoding.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { describeBase } from '../../patch/apply/check-fit.ts'
import { optimizeTextPrompt } from './optimize-text-prompt.ts'
import { promptPlace } from './prompt-place.ts'
import { promisingTokens, readableTokens } from './token-choices.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await wordModel(cpuBackend())
})

/** A patch whose virtual tokens are those of a text: a text can do all that it does. */
function patchOf(text: string) {
  const prefix = prefixOfIds(model, model.tokenizer.encode(text, { addSpecialTokens: false }))
  return {
    prefix,
    manifest: { ...tinyManifest, base: describeBase(model), prefix: { length: prefix.length, init: 'text' } },
  }
}

const prompts = ['bake bread', 'name a river', 'boil eggs', 'harm three'].map((prompt) => ({
  prompt,
  kind: 'harmless' as const,
}))

describe('optimizeTextPrompt', () => {
  it('comes nearer to the patch with every change, and says how near', async () => {
    const told: number[] = []
    const found = await optimizeTextPrompt({
      model,
      patch: patchOf('a short poem'),
      task: { name: 'chat', prompts, maxResponseTokens: 4 },
      start: 'sum of two',
      ...{ rounds: 3, candidates: 5, choices: 16, batchSize: 4 },
      onProgress: ({ divergence }) => told.push(divergence),
    })
    expect(told).toHaveLength(3)
    for (const [i, divergence] of told.entries()) {
      if (i > 0) expect(divergence).toBeLessThanOrEqual((told[i - 1] as number) + 1e-6)
    }
    expect(found.divergence.text).toBeLessThan(found.divergence.start)
    expect(found.share).toBeCloseTo(1 - found.divergence.text / found.divergence.none, 6)
    // What it names is what a host would read.
    const ids = model.tokenizer.encode(found.text, { addSpecialTokens: false })
    expect(model.tokenizer.decode(ids)).toBe(found.text)
  })

  it('is all of the effect where the text is the patch', async () => {
    const found = await optimizeTextPrompt({
      model,
      patch: patchOf('a short poem '),
      task: { name: 'text', prompts, format: 'text', maxResponseTokens: 4 },
      start: 'a short poem ',
      ...{ rounds: 1, candidates: 1, choices: 4, batchSize: 4 },
    })
    expect(found.divergence.start).toBeLessThan(1e-3)
    expect(found.share).toBeGreaterThan(0.99)
  })

  it.each([
    ['an empty start', { start: '' }],
    ['no rounds', { rounds: 0 }],
    ['no prompts', { task: { name: 'text', prompts: [], format: 'text' as const } }],
  ])('refuses %s', async (_, changes) => {
    const given = {
      model,
      patch: patchOf('a poem'),
      task: { name: 'text', prompts, format: 'text' as const },
      start: 'two',
    }
    await expect(optimizeTextPrompt({ ...given, ...changes })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})

it('promisingTokens are those against the gradient, best first', () => {
  const table = { shape: [4, 2], data: Float32Array.from([1, 0, -1, 0, -2, 0, 0, 5]) }
  expect(promisingTokens([1, 0], table, [0, 1, 2, 3], 2)).toEqual([2, 1])
  expect(promisingTokens([1, 0], table, [0, 3], 3)).toEqual([3, 0])
})

it('readableTokens are read again as themselves', () => {
  for (const id of readableTokens(model.tokenizer, model.config.vocabSize).slice(0, 50)) {
    expect(model.tokenizer.encode(model.tokenizer.decode([id]), { addSpecialTokens: false })).toEqual([id])
  }
})

it('promptPlace finds what stands around a system message', () => {
  const { tokenizer } = model
  const place = promptPlace(tokenizer, 'chat')
  const prompt = [{ role: 'user', content: 'bake bread' }]
  const text = 'a poem'
  expect([
    ...place.before,
    ...tokenizer.encode(text, { addSpecialTokens: false }),
    ...place.after(prompt),
  ]).toEqual(tokenizer.encodePrompt([{ role: 'system', content: text }, ...prompt]))
})
