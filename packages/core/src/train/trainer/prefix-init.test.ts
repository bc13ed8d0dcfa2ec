import { beforeAll, describe, expect, it } from 'vitest'
import { cpuBackend } from '../../../test/cpu-backend.ts'
import { goldenModel } from '../../../test/goldens.ts'
import type { HostTensor } from '../../backend/backend.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { initPrefix, type PrefixInit } from './prefix-init.ts'

let model: LanguageModel
let table: Float32Array
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  table = (model.weights['model.embed_tokens.weight'] as HostTensor).data as Float32Array
})

const rowOf = (values: Float32Array, row: number) => [...values.subarray(row * 32, (row + 1) * 32)]

/** The ids whose embeddings a prefix is made of, −1 for rows that are nobody's. */
const idsOf = (embeddings: Float32Array) =>
  Array.from({ length: embeddings.length / 32 }, (_, at) => {
    const row = String(rowOf(embeddings, at))
    return Array.from({ length: 97 }, (_, id) => id).findIndex((id) => String(rowOf(table, id)) === row)
  })

describe('initPrefix', () => {
  it.each([
    [2, [5, 6]],
    [3, [5, 6, 7]],
    [8, [5, 6, 7, 5, 6, 7, 5, 6]],
  ])("repeats or cuts a text's embeddings to %i rows, as PEFT does", (length, ids) => {
    const prefix = initPrefix(model, { length, init: 'text', text: '5 6 7' })
    expect(prefix.length).toBe(length)
    expect(idsOf(prefix.embeddings)).toEqual(ids)
  })

  it('draws different ids from the vocabulary, by the seed', () => {
    const draw = (seed: number) => idsOf(initPrefix(model, { length: 20, init: 'vocab', seed }).embeddings)
    expect(new Set(draw(1)).size).toBe(20)
    expect(draw(1)).not.toContain(-1)
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  it('takes the whole vocabulary and begins again where the prefix is longer', () => {
    const ids = idsOf(initPrefix(model, { length: 100, init: 'vocab' }).embeddings)
    expect(new Set(ids).size).toBe(97)
    expect(ids.slice(97)).toEqual(ids.slice(0, 3))
  })

  it('draws normal numbers like those of the embedding matrix', () => {
    const moments = (values: Float32Array) => {
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length
      return [mean, Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)] as const
    }
    const [mean, deviation] = moments(table)
    const { embeddings } = initPrefix(model, { length: 200, init: 'random', seed: 3 })
    const [ownMean, ownDeviation] = moments(embeddings)
    expect(Math.abs(ownMean - mean) / deviation).toBeLessThan(0.05)
    expect(ownDeviation / deviation).toBeCloseTo(1, 1)
    expect(idsOf(embeddings.subarray(0, 64))).toEqual([-1, -1])
  })

  it.each([
    { length: 0 },
    { length: 1.5 },
    { length: 256 },
    { init: 'text', text: ' ' },
    { init: 'zeros' as PrefixInit },
  ] as const)('refuses %o', (options) => {
    expect(() => initPrefix(model, options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})
