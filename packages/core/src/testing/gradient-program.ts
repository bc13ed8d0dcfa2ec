import * as tf from '../tf.ts'
import { type OperationProgram, pick } from './operation-programs.ts'

type Loss = (x: tf.Tensor) => tf.Tensor

/** The gradients of scalar functions of `x` in the case `gradients` of operations.json. */
export const gradientProgram: OperationProgram = (inputs) => {
  const y = pick(inputs, 'y')
  const ids = pick(inputs, 'ids') as tf.Tensor1D
  // tfjs requires a gradient for a condition that it can trace back to the variable.
  const positive = tf.greater(pick(inputs, 'x'), 0)
  const half = (x: tf.Tensor, from: number) => tf.slice(x, [0, from], [3, 2])
  const sigmoidUnit: Loss = (x) => tf.mul(x, tf.sigmoid(x))
  const errorUnit: Loss = (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))
  const root: Loss = (x) => tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5))
  const losses: Readonly<Record<string, Loss>> = {
    products: (x) => tf.sum(tf.div(tf.mul(x, y), tf.add(1, tf.square(x)))),
    matrices: (x) => tf.sum(tf.tanh(tf.matMul(tf.matMul(x, x, false, true), x))),
    softmax: (x) => tf.sum(tf.mul(tf.softmax(x), y)),
    logSumExp: (x) => tf.mean(tf.logSumExp(x, -1)),
    normalized: (x) => tf.sum(tf.mul(tf.mul(x, root(x)), y)),
    gathered: (x) => tf.sum(tf.mul(tf.square(tf.gather(x, ids)), tf.reshape(tf.range(0, 5), [5, 1]))),
    slices: (x) => tf.sum(tf.square(tf.mul(tf.concat([tf.neg(half(x, 2)), half(x, 0)], 1), y))),
    gated: (x) => tf.sum(tf.mul(tf.mul(sigmoidUnit(x), errorUnit(x)), tf.softplus(x))),
    chosen: (x) =>
      tf.addN([
        tf.sum(tf.where(positive, tf.mul(x, y), tf.abs(x))),
        tf.sum(tf.maximum(x, y)),
        tf.sum(tf.max(x, 1)),
      ]),
    padded: (x) =>
      tf.sum(
        tf.square(
          tf.cumsum(
            tf.pad(x, [
              [0, 0],
              [1, 1],
            ]),
            1,
          ),
        ),
      ),
    logistic: (x) =>
      tf.addN([
        tf.mean(tf.softplus(tf.mul(x, -0.1))),
        tf.sum(tf.log1p(tf.square(x))),
        tf.min(tf.exp(tf.transpose(x))),
      ]),
  }
  const x = pick(inputs, 'x')
  return Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, tf.grad(loss)(x)]))
}
