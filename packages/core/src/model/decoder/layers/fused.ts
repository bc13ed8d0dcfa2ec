import * as tf from '../../../tf.ts'

/**
 * A step for which some backends have an operator of their own: runs the kernel `name` where the current tfjs backend
 * has one, and `compose` elsewhere. Kernels of these names give what `compose` gives; they record no gradient, so this
 * stands inside custom gradients only.
 */
export function fused<Result extends tf.Tensor | tf.Tensor[]>(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Readonly<Record<string, number>>,
  compose: () => Result,
): Result {
  if (!tf.getKernel(name, tf.getBackend())) return compose()
  return tf.engine().runKernel(name, { ...inputs }, { ...attributes }) as Result
}
