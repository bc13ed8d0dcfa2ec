import '@tensorflow/tfjs-backend-cpu'
import { createRandom } from '../src/random.ts'
import * as tf from '../src/tf.ts'

await tf.setBackend('cpu')
await tf.ready()

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor

/** A tensor of normally distributed numbers, determined by the seed. */
export function normalTensor(shape: number[], seed: number, scale = 1): tf.Tensor {
  const random = createRandom(seed)
  const size = shape.reduce((product, length) => product * length, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => scale * random.normal()),
    shape,
  )
}

/** An operation's output, and the gradients of its sum with random normal weights, with respect to its inputs. */
export function outputAndGradients(operation: Operation, inputs: tf.Tensor[]): ArrayLike<number>[] {
  const weighted: Operation = (...x) => {
    const y = operation(...x)
    return tf.sum(tf.mul(y, normalTensor(y.shape, 99)))
  }
  const gradients = tf.grads(weighted)(inputs)
  return [operation(...inputs), ...gradients].map((tensor) => tensor.dataSync())
}
