import { expandWeight, type Weight } from '@policypatch/core/platform'
import type { QuantizedPart } from '../graph/graph.ts'
import { sizeOf } from '../graph/value.ts'
import type { OnnxRuntime, QuantizedTensors, RuntimeSession, RuntimeTensor } from './onnx-runtime.ts'
import { weightQuantizer } from './weight-quantizer.ts'

/** A runtime's tensors of weights, made once each. */
export interface WeightTensors<Tensor> {
  /** The weight as it is, or one of the tensors that it is quantized to. */
  get(weight: Weight, quantized?: QuantizedPart): Promise<Tensor>
  /** Gives back what the runtime holds of a weight outside of this process's memory. */
  release(weight: Weight): Promise<void>
}

/** What has been made of one weight, for as long as somebody holds the weight. */
interface Made<Tensor> {
  plain?: Promise<Tensor>
  quantized?: Promise<QuantizedTensors<Tensor>>
  transposed?: Promise<QuantizedTensors<Tensor>>
}

/** @param keep takes each session that is made, and releases it when the backend is disposed of */
export function weightTensorCache<Tensor extends RuntimeTensor>(
  runtime: OnnxRuntime<Tensor>,
  keep: (session: RuntimeSession<Tensor>) => RuntimeSession<Tensor>,
): WeightTensors<Tensor> {
  const held = new WeakMap<Weight, Made<Tensor>>()
  const quantize = weightQuantizer(runtime, keep)
  // A device has no buffers without bytes, and copies of what is overwritten would be kept in vain.
  const isHeld = (weight: Weight) => !isTransient(weight) && sizeOf(weight.shape) > 0
  const hold = async (weight: Weight) =>
    runtime.hold && isHeld(weight) ? runtime.hold(weight) : runtime.feed(expandWeight(weight))

  const quantizedOf = (weight: Weight, transposed: boolean, plain?: Promise<Tensor>) => {
    const make = () => quantize(weight, transposed, plain)
    return runtime.quantized && 'expand' in weight ? runtime.quantized(weight, transposed, make) : make()
  }

  return {
    async get(weight, quantized) {
      const made = held.get(weight) ?? {}
      if (!isTransient(weight)) held.set(weight, made)
      // Of what fails nothing is kept: there may be room the next time.
      if (!quantized) {
        made.plain ??= hold(weight).catch((error: unknown) => {
          delete made.plain
          throw error
        })
        return made.plain
      }
      const form = quantized.transposed ? 'transposed' : 'quantized'
      made[form] ??= quantizedOf(weight, quantized.transposed, made.plain).catch((error: unknown) => {
        delete made[form]
        throw error
      })
      return (await made[form])[quantized.part]
    },
    async release(weight) {
      const made = held.get(weight)
      const plain = made?.plain
      if (!plain || !runtime.letGo || !isHeld(weight)) return
      delete made.plain
      runtime.letGo(await plain)
    },
  }
}

const isTransient = (weight: Weight) => 'transient' in weight
