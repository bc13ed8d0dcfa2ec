import { beforeAll, expect, it } from 'vitest'
import { cpuBackend, packed } from '../../../test/cpu-backend.ts'
import { goldenModel } from '../../../test/goldens.ts'
import { expandWeight } from '../../backend/backend.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { activationBytes, planMemory, weightBytes } from './memory-plan.ts'

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
  expect(weightBytes({ weights: packed(model.weights), precision: 'float32' })).toBe(4 * values)
  expect(weightBytes({ weights: packed(model.weights), precision: 'int8' })).toBe(2 * values)
})

it('takes the fastest way that fits', () => {
  const held = weightBytes({ weights: packed(model.weights), precision: 'float32' })
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
