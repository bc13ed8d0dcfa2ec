import { expect, it } from 'vitest'
import { relativeDifference } from '../../../../test/goldens.ts'
import { normalTensor, outputAndGradients } from '../../../../test/gradients.ts'
import * as tf from '../../../tf.ts'
import { linearLogSumExp } from './linear.ts'

it.each([7, 256, 300])("gives the output and gradient of tfjs's own, for %d rows", (rows) => {
  const hidden = normalTensor([rows, 5], 1, 3)
  const output = normalTensor([11, 5], 2)
  const own = outputAndGradients((h) => linearLogSumExp(h as tf.Tensor, output), [hidden])
  const plain = outputAndGradients(
    (h) => tf.logSumExp(tf.matMul(h as tf.Tensor2D, output as tf.Tensor2D, false, true), -1),
    [hidden],
  )
  for (const [i, values] of plain.entries()) expect(relativeDifference(own[i]!, values)).toBeLessThan(1e-5)
})

it('stays finite where exp alone would not', () => {
  const hidden = tf.tensor2d([[1000], [-2000]])
  const output = tf.tensor2d([[1], [0.999], [-1]])
  const [value, gradient] = outputAndGradients((h) => linearLogSumExp(h as tf.Tensor, output), [hidden])
  expect(value?.[0]).toBeCloseTo(1000 + Math.log(1 + Math.exp(-1)), 2)
  expect(value?.[1]).toBeCloseTo(2000, 2)
  expect(Array.from(gradient!).every(Number.isFinite)).toBe(true)
})
