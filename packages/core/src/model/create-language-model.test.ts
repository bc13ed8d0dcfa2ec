import { describe, expect, it } from 'vitest'
import { cpuBackend } from '../../test/cpu-backend.ts'
import { goldenModel } from '../../test/goldens.ts'
import type { Backend } from '../backend/backend.ts'
import { prefixAttention } from '../patch/inspect/prefix-attention.ts'
import { initPrefix } from '../train/trainer/prefix-init.ts'
import { createLanguageModel, type ModelParts } from './create-language-model.ts'

/** A backend that counts how often it was disposed of. */
function countingBackend(): Backend & { disposals: number } {
  const backend = cpuBackend()
  return {
    ...backend,
    disposals: 0,
    dispose() {
      this.disposals++
      return backend.dispose()
    },
  }
}

async function modelOf(parts: Partial<ModelParts>) {
  return createLanguageModel({ ...(await goldenModel('llama', cpuBackend())), ...parts })
}

describe('a model', () => {
  it('has what its type says, and nothing of its inside', async () => {
    const model = await modelOf({})
    for (const inside of ['programs', 'residentPrograms', 'ownsBackend', 'prefixCacheBytes'] as const) {
      expect(model).not.toHaveProperty(inside)
      expect(model.withPrefix(undefined)).not.toHaveProperty(inside)
    }
  })

  it('disposes of a backend that is its own, and not of one that was given', async () => {
    for (const ownsBackend of [true, false]) {
      const backend = countingBackend()
      const model = await modelOf({ backend, ownsBackend })
      const prefix = initPrefix(model, { length: 2, init: 'vocab' })
      await model.withPrefix(prefix).generate('5 17', { maxTokens: 1 })
      await model.releasePrograms()
      expect(backend.disposals).toBe(0)
      await model.generate('5 17', { maxTokens: 1 })
      expect(model.prefixes.held().length).toBe(1)
      await model.withPrefix(prefix).dispose()
      expect(backend.disposals).toBe(ownsBackend ? 1 : 0)
      expect(model.prefixes.held()).toEqual([])
    }
  })

  it('keeps as much of prefixes as it is told, and refuses what is no size', async () => {
    expect((await modelOf({ prefixCacheBytes: 1000 })).prefixes.limit).toBe(1000)
    for (const prefixCacheBytes of [-1, Number.NaN]) {
      await expect(modelOf({ prefixCacheBytes })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
  })
})

it('a copy of a model with other weights is refused by name where its inside is needed', async () => {
  const model = await modelOf({})
  const prefix = initPrefix(model, { length: 2, init: 'vocab' })
  const found = await prefixAttention(model.withPrefix(prefix), prefix, '5 17')
  expect(found).toHaveLength(model.config.layers)
  expect(await prefixAttention({ ...model, id: 'copy' }, prefix, '5 17')).toEqual(found)
  const other = { ...model, weights: { ...model.weights } }
  await expect(prefixAttention(other, prefix, '5 17')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    found: 'llama with another weights',
  })
})
