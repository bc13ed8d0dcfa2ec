import { expandWeight, type Weight } from '@policypatch/core/platform'
import type { QuantizedForm, QuantizedPart } from '../graph/graph.ts'
import { sizeOf } from '../graph/value.ts'
import type { OnnxRuntime, QuantizedTensors, RuntimeSession, RuntimeTensor } from './onnx-runtime.ts'
import { weightQuantizer } from './weight-quantizer.ts'

/** A runtime's tensors of weights, each made once. */
export interface WeightTensors<Tensor> {
  /** The tensor of the weight itself, or one of its quantized parts. */
  get(weight: Weight, quantized?: QuantizedPart): Promise<Tensor>
  /** Frees what the runtime holds of a weight outside this process's memory. */
  release(weight: Weight): Promise<void>
}

/** The tensors made from one weight, kept for as long as the weight is referenced. */
interface Made<Tensor> {
  plain?: Promise<Tensor>
  quantized?: Promise<QuantizedTensors<Tensor>>
  transposed?: Promise<QuantizedTensors<Tensor>>
}

/** @param keep registers a session to be released when the backend is disposed of */
export function weightTensorCache<Tensor extends RuntimeTensor>(
  runtime: OnnxRuntime<Tensor>,
  keep: (session: RuntimeSession<Tensor>) => RuntimeSession<Tensor>,
): WeightTensors<Tensor> {
  const held = new WeakMap<Weight, Made<Tensor>>()
  const quantize = weightQuantizer(runtime, keep)
  // Devices have no empty buffers, and transient weights are overwritten, so holding a copy would be useless.
  const isHeld = (weight: Weight) => !isTransient(weight) && sizeOf(weight.shape) > 0
  const hold = async (weight: Weight) =>
    runtime.hold && isHeld(weight) ? runtime.hold(weight) : runtime.feed(expandWeight(weight))

  const quantizedOf = (weight: Weight, form: QuantizedForm, plain?: Promise<Tensor>) => {
    const make = () => quantize(weight, form, plain)
    return runtime.quantized && 'expand' in weight ? runtime.quantized(weight, form, make) : make()
  }

  return {
    async get(weight, quantized) {
      const made = held.get(weight) ?? {}
      if (!isTransient(weight)) held.set(weight, made)
      // Do not cache failures: there may be enough memory next time.
      if (!quantized) {
        made.plain ??= hold(weight).catch((error: unknown) => {
          delete made.plain
          throw error
        })
        return made.plain
      }
      const form = quantized.transposed ? 'transposed' : 'quantized'
      made[form] ??= quantizedOf(weight, quantized, made.plain).catch((error: unknown) => {
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
