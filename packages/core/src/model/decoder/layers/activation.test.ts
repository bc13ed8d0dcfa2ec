import { expect, it } from 'vitest'
import { relativeDifference } from '../../../../test/goldens.ts'
import { normalTensor, outputAndGradients } from '../../../../test/gradients.ts'
import * as tf from '../../../tf.ts'
import { activated, gated } from './activation.ts'

/** As PyTorch documents them. */
const plain = {
  silu: (x: tf.Tensor) => tf.div(x, tf.add(1, tf.exp(tf.neg(x)))),
  gelu: (x: tf.Tensor) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.sqrt(2)))))),
  'gelu tanh': (x: tf.Tensor) => {
    const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))))
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)))
  },
  relu: (x: tf.Tensor) => tf.relu(x),
}

it.each(Object.entries(plain))("%s has the output and gradients of tfjs's own autodiff", (name, expected) => {
  const inputs = [normalTensor([6, 10], 1, 3), normalTensor([6, 10], 2)]
  const kind = name as keyof typeof plain
  const cases = [
    [(x: tf.Tensor) => activated(kind, x), expected],
    [
      (x: tf.Tensor, up: tf.Tensor) => gated(kind, x, up),
      (x: tf.Tensor, up: tf.Tensor) => tf.mul(expected(x), up),
    ],
  ] as const
  for (const [own, other] of cases) {
    const given = inputs.slice(0, own.length)
    const results = outputAndGradients((...args) => (own as (...all: unknown[]) => tf.Tensor)(...args), given)
    const wanted = outputAndGradients(
      (...args) => (other as (...all: unknown[]) => tf.Tensor)(...args),
      given,
    )
    for (const [i, values] of wanted.entries())
      expect(relativeDifference(results[i]!, values)).toBeLessThan(1e-5)
  }
})
