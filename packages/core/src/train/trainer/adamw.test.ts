import { describe, expect, it } from 'vitest'
import { type AdamWOptions, clipGradient, gradientNorm, initAdamW, updateAdamW } from './adamw.ts'

const start = [1, -2, 0, 3]
const gradients = [
  [0.5, -1, 0, 1e-6],
  [0.1, 2, 0, -1e-6],
  [0, 0, 0, 0],
]

interface Recorded {
  readonly rate: number
  readonly options: AdamWOptions
  readonly parameters: number[][]
  readonly first: number[]
  readonly second: number[]
}

// torch.optim.AdamW of PyTorch 2.15: parameters after each of the three updates, and the moments in the end.
const recorded: Recorded[] = [
  {
    rate: 0.1,
    options: { betas: [0.8, 0.9], epsilon: 1e-3, weightDecay: 0.2 },
    parameters: [
      [0.8801996111869812, -1.8600999116897583, 0, 2.9399001598358154],
      [0.7838353514671326, -1.8643853664398193, 0, 2.8811135292053223],
      [0.7096866965293884, -1.8579157590866089, 0, 2.823497772216797],
    ],
    first: [0.07999999821186066, 0.19200000166893005, 0, -3.200000975311923e-8],
    second: [0.021149998530745506, 0.44099998474121094, 0, 1.709999871736534e-13],
  },
  {
    rate: 0.05,
    options: {},
    parameters: [
      [0.949999988079071, -1.9500000476837158, 0, 2.9504950046539307],
      [0.9098479151725769, -1.968305230140686, 0, 2.9531004428863525],
      [0.8788102865219116, -1.9824551343917847, 0, 2.9551100730895996],
    ],
    first: [0.0494999997317791, 0.0989999920129776, 0, -8.99999630377124e-9],
    second: [0.00025949024711735547, 0.004994001239538193, 0, 1.9970010871052336e-15],
  },
]

const near = (found: Float32Array, expected: number[]) => {
  for (const [i, value] of expected.entries())
    expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.abs(value))
}

describe('updateAdamW', () => {
  it.each(recorded)("gives PyTorch's numbers at rate $rate with $options", (run) => {
    let parameters = Float32Array.from(start)
    let state = initAdamW(start.length)
    for (const [step, gradient] of gradients.entries()) {
      const updated = updateAdamW(parameters, Float32Array.from(gradient), state, run.rate, run.options)
      parameters = Float32Array.from(updated.parameters)
      state = updated.state
      near(parameters, run.parameters[step]!)
    }
    expect(state.step).toBe(3)
    near(state.first, run.first)
    near(state.second, run.second)
  })

  it('leaves its arguments as they are, and a parameter without gradient where it was', () => {
    const parameters = Float32Array.from(start)
    const state = initAdamW(start.length)
    const updated = updateAdamW(parameters, Float32Array.of(1, 0, 0, 0), state, 0.1)
    expect([...parameters]).toEqual(start)
    expect(state).toEqual(initAdamW(start.length))
    expect([...updated.parameters.subarray(1)]).toEqual(start.slice(1))
    expect(updated.parameters[0]).toBeCloseTo(0.9, 6)
  })
})

const gradient = Float32Array.of(3, -4, 12)

it('scales a gradient down to the norm as PyTorch does', () => {
  expect(gradientNorm(gradient)).toBe(13)
  const clipped = clipGradient(gradient, 13, 2.5)
  // torch.nn.utils.clip_grad_norm_ of PyTorch 2.15.
  for (const [i, value] of [0.5769230127334595, -0.7692307233810425, 2.307692050933838].entries())
    expect(clipped[i]).toBeCloseTo(value, 6)
  expect([...gradient]).toEqual([3, -4, 12])
})

it('leaves a smaller gradient, and one of nothing, as it is', () => {
  expect(clipGradient(gradient, 13, 13.1)).toEqual(gradient)
  expect(clipGradient(new Float32Array(3), 0, 1)).toEqual(new Float32Array(3))
})

it('has a norm that is not finite where a value is not', () => {
  expect(gradientNorm(Float32Array.of(1, Number.NaN))).toBeNaN()
  expect(gradientNorm(Float32Array.of(1, Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY)
})
