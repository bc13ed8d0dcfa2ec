import * as tf from '../../../tf.ts'

/**
 * A function of tensors that has a gradient of its own, which keeps less than the one that would follow from its operations:
 * `forward` gives the value and what is kept, `backward` the gradient with respect to the inputs from dy and that.
 */
export function customGradient<
  Inputs extends readonly [tf.Tensor, ...tf.Tensor[]],
  Kept extends readonly [tf.Tensor, ...tf.Tensor[]],
>(
  inputs: Inputs,
  forward: (...inputs: Inputs) => { readonly value: tf.Tensor; readonly kept: Kept },
  backward: (dy: tf.Tensor, ...kept: Kept) => tf.Tensor | tf.Tensor[],
): tf.Tensor {
  const apply = tf.customGrad((...args) => {
    const [save, ...own] = [args.at(-1), ...args.slice(0, -1)] as unknown as [tf.GradSaveFunc, ...Inputs]
    const { value, kept } = forward(...own)
    save([...kept])
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, ...(saved as unknown as Kept)),
    }
  })
  return apply(...inputs)
}

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
