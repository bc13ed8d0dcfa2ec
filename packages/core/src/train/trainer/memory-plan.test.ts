import { beforeAll, expect, it } from 'vitest'
import { cpuBackend, packed } from '../../../test/cpu-backend.ts'
import { goldenModel } from '../../../test/goldens.ts'
import { expandWeight, type Weight } from '../../backend/backend.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { activationBytes, layerBytes, planMemory, weightBytes } from './memory-plan.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
})

const shape = { batch: 2, length: 32, targets: 16 }
const plan = (budget: number, recompute?: 'none' | 'block') =>
  planMemory({ ...model, weights: packed(model.weights) }, shape, { budget, recompute, shared: 4 })

it('counts packed matrices as they are multiplied, and others not at all in float32', () => {
  const values = Object.values(model.weights)
    .filter((weight) => weight.shape.length === 2)
    .reduce((sum, weight) => sum + expandWeight(weight).data.length, 0)
  expect(weightBytes(model)).toBe(0)
  expect(weightBytes({ ...model, weights: packed(model.weights) })).toBe(4 * values)
  expect(weightBytes({ ...model, weights: packed(model.weights), precision: 'int8' })).toBe(2 * values)
})

it('does not count a table of which only rows are picked', () => {
  const [name] = Object.keys(model.weights).filter((key) => key.includes('embed')) as [string]
  const weights = packed(model.weights)
  const table = { ...weights[name], rows: () => new Float32Array(0) } as Weight
  const counted = (changes: object) => weightBytes({ ...model, weights: { ...weights, ...changes } })
  const values = table.shape.reduce((product, n) => product * n, 1)
  expect(counted({}) - counted({ [name]: table })).toBe(4 * values)
  const tied = {
    ...model,
    weights: { ...weights, [name]: table },
    config: { ...model.config, tiedEmbeddings: true },
  }
  expect(weightBytes(tied)).toBe(counted({}))
})

it('takes the fastest way that fits', () => {
  const held = weightBytes({ ...model, weights: packed(model.weights) })
  const whole = held + activationBytes(model, shape, 4)
  expect(plan(whole)).toEqual({ recompute: 'none', weights: 'held' })
  expect(plan(whole - 1)).toEqual({ recompute: 'block', weights: 'held' })
  expect(plan(held - 1)).toEqual({ recompute: 'block', weights: 'by layer' })
  expect(plan(Number.POSITIVE_INFINITY)).toEqual({ recompute: 'none', weights: 'held' })
})

it('does as it is told', () => {
  expect(plan(1, 'none')).toEqual({ recompute: 'none', weights: 'held' })
  expect(plan(Number.POSITIVE_INFINITY, 'block')).toEqual({ recompute: 'block', weights: 'held' })
})

it('counts what the layers of a model keep, as its configuration says', () => {
  const { config } = model
  const rows = 2 * 32 + 4
  const own = layerBytes(config, shape, 4)
  const changed = (change: Partial<typeof config>) => layerBytes({ ...config, ...change }, shape, 4) - own
  expect(changed({ feedForward: { ...config.feedForward, gated: false } })).toBe(-4 * rows * 64)
  expect(changed({ feedForward: { ...config.feedForward, gated: 'fused' } })).toBe(0)
  expect(changed({ residual: 'around' })).toBe(4 * rows * 2 * 32)
  const queryKeyNorm = { ...config.attention, queryKeyNorm: 'head' as const }
  expect(changed({ attention: queryKeyNorm })).toBe(4 * rows * (32 + 16))
  const logits = activationBytes(model, shape, 4) - config.layers * own
  const rounded = activationBytes({ ...model, precision: 'int8' }, shape, 4) - config.layers * own
  expect(rounded - logits).toBe(4 * 3 * 16 * 97)
})
