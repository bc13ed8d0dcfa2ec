import { describe, expect, it } from 'vitest'
import { relativeDifference } from '../../../test/goldens.ts'
import { normalTensor, outputAndGradients } from '../../../test/gradients.ts'
import * as tf from '../../tf.ts'
import type { Rope } from './config/model-config.ts'
import { linearScaling } from './config/rope-scaling.ts'
import { inverseFrequencies, rotaryTables, rotate } from './rotary.ts'

const rope: Rope = { theta: 10_000, size: 8 }

const tables = (positions: number[]) => {
  const { cos, sin } = rotaryTables(rope, positions)
  return [tf.tensor2d(cos, [positions.length, 8]), tf.tensor2d(sin, [positions.length, 8])] as const
}

describe('rotate', () => {
  it("gives the output and gradient of tfjs's own autodiff", () => {
    const [cos, sin] = tables([0, 3, 41])
    const x = normalTensor([3, 2, 8], 1)
    const own = outputAndGradients((input) => rotate(input as tf.Tensor, cos, sin), [x])
    const plain = outputAndGradients(
      (input) => {
        const [first, second] = tf.split(input as tf.Tensor, 2, -1) as [tf.Tensor, tf.Tensor]
        return tf.add(
          tf.mul(input as tf.Tensor, tf.expandDims(cos, 1)),
          tf.mul(tf.concat([second, first], -1), tf.expandDims(sin, 1)),
        )
      },
      [x],
    )
    for (const [i, values] of plain.entries()) expect(relativeDifference(own[i]!, values)).toBeLessThan(1e-6)
  })

  it('turns pairs half a head apart by position times frequency', () => {
    const [cos, sin] = tables([7])
    const turned = rotate(tf.tensor3d([[[1, 2, 3, 4, 5, 6, 7, 8]]]), cos, sin).dataSync()
    for (let i = 0; i < 4; i++) {
      const angle = 7 * 10_000 ** (-i / 4)
      expect(turned[i]).toBeCloseTo((i + 1) * Math.cos(angle) - (i + 5) * Math.sin(angle), 5)
      expect(turned[i + 4]).toBeCloseTo((i + 5) * Math.cos(angle) + (i + 1) * Math.sin(angle), 5)
    }
  })

  it('makes products of queries and keys depend on their distance alone', () => {
    const q = normalTensor([1, 1, 8], 1)
    const k = normalTensor([1, 1, 8], 2)
    const product = (at: number, before: number) =>
      tf.sum(tf.mul(rotate(q, ...tables([at])), rotate(k, ...tables([at - before])))).dataSync()[0]
    expect(product(5, 3)).toBeCloseTo(product(105, 3)!, 4)
    expect(product(5, 3)).not.toBeCloseTo(product(5, 4)!, 2)
  })
})

describe('inverseFrequencies', () => {
  const plain = [...inverseFrequencies(rope)]

  it('divides every one by a linear factor, and each by its own where the file gives factors', () => {
    const linear = inverseFrequencies({ ...rope, ...linearScaling(rope, 4) })
    expect([...linear]).toEqual(plain.map((frequency) => frequency / 4))
    const own = inverseFrequencies({ ...rope, factors: [1, 2, 4, 8] })
    expect([...own]).toEqual(plain.map((frequency, i) => frequency / 2 ** i))
  })
})
