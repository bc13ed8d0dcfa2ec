import * as tf from '../../../tf.ts'

/**
 * A function of tensors with a custom gradient that keeps less than the automatic one: `forward` returns the value and what to
 * keep, `backward` computes the gradients of the inputs from dy and what was kept.
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
 * An operation for which some backends have a fused kernel: runs the kernel `name` if the current tfjs backend has it, else
 * `compose`. Both must compute the same. Kernels record no gradient, so use this inside custom gradients only.
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
