import { expect, it } from 'vitest'
import { relativeDifference } from '../../../../test/goldens.ts'
import { normalTensor, outputAndGradients } from '../../../../test/gradients.ts'
import * as tf from '../../../tf.ts'
import { gatedSilu, rmsNorm } from './fused.ts'

it.each([1, 1e-4])("gives the output and gradient of tfjs's own autodiff at inputs of size %f", (size) => {
  const x = normalTensor([5, 12], 1, size)
  const weight = normalTensor([12], 2)
  const epsilon = 1e-5
  const own = outputAndGradients((input) => rmsNorm(input as tf.Tensor, weight, epsilon), [x])
  const plain = outputAndGradients(
    (input) => {
      const square = tf.mean(tf.square(input as tf.Tensor), -1, true)
      return tf.mul(tf.div(input as tf.Tensor, tf.sqrt(tf.add(square, epsilon))), weight)
    },
    [x],
  )
  for (const [i, values] of plain.entries()) expect(relativeDifference(own[i]!, values)).toBeLessThan(1e-5)
})

it("gives the output and both gradients of tfjs's own autodiff", () => {
  const inputs = [normalTensor([6, 10], 1, 3), normalTensor([6, 10], 2)]
  const own = outputAndGradients((gate, up) => gatedSilu(gate as tf.Tensor, up as tf.Tensor), inputs)
  const plain = outputAndGradients(
    (gate, up) =>
      tf.mul(tf.div(gate as tf.Tensor, tf.add(1, tf.exp(tf.neg(gate as tf.Tensor)))), up as tf.Tensor),
    inputs,
  )
  for (const [i, values] of plain.entries()) expect(relativeDifference(own[i]!, values)).toBeLessThan(1e-5)
})
