import { expect, it } from 'vitest'
import { relativeDifference } from '../../../../test/goldens.ts'
import { normalTensor, outputAndGradients } from '../../../../test/gradients.ts'
import * as tf from '../../../tf.ts'
import { layerNorm, rmsNorm } from './norm.ts'

const epsilon = 1e-5

/** Expects a function to have the output and gradients of plain operations. */
function expectSame(
  own: (x: tf.Tensor) => tf.Tensor,
  plain: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
): void {
  const expected = outputAndGradients((input) => plain(input as tf.Tensor), [x])
  const found = outputAndGradients((input) => own(input as tf.Tensor), [x])
  for (const [i, values] of expected.entries())
    expect(relativeDifference(found[i]!, values)).toBeLessThan(1e-5)
}

it.each([1, 1e-4])(
  "RMSNorm has the output and gradient of tfjs's own autodiff at inputs of size %f",
  (size) => {
    const weight = normalTensor([12], 2)
    const plain = (x: tf.Tensor) =>
      tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon))), weight)
    expectSame((x) => rmsNorm(x, weight, epsilon), plain, normalTensor([5, 12], 1, size))
  },
)

it.each([
  ['one weight', [12], [5, 12]],
  ['one for each head', [3, 4], [5, 3, 4]],
])('LayerNorm with %s has them too', (_, weightShape, shape) => {
  const weight = normalTensor(weightShape, 2)
  const bias = normalTensor(weightShape, 3)
  const plain = (x: tf.Tensor) => {
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon))
    return tf.add(tf.mul(tf.div(centred, deviation), weight), bias)
  }
  expectSame((x) => layerNorm(x, weight, bias, epsilon), plain, normalTensor(shape, 1))
})
