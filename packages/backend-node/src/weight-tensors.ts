import { type QuantizedPart, quantizeWeight } from '@policypatch/compiler'
import type { HostTensor } from '@policypatch/core'
import { Tensor } from 'onnxruntime-node'

/** ONNX Runtime's tensors of weights, made once each. */
export interface WeightTensors {
  /** The weight as it is, or one of the tensors that it is quantized to. */
  get(weight: HostTensor, quantized?: QuantizedPart): Tensor
}

/** What has been made of one weight, for as long as somebody holds the weight. */
interface Made {
  plain?: Tensor
  quantized?: QuantizedTensors
  transposed?: QuantizedTensors
}

type QuantizedTensors = Readonly<Record<QuantizedPart['part'], Tensor>>

export function weightTensorCache(): WeightTensors {
  const held = new WeakMap<HostTensor, Made>()
  return {
    get(weight, quantized) {
      const made = held.get(weight) ?? {}
      held.set(weight, made)
      if (!quantized) {
        made.plain ??= toTensor(weight)
        return made.plain
      }
      const form = quantized.transposed ? 'transposed' : 'quantized'
      made[form] ??= quantizedTensors(weight, quantized.transposed)
      return made[form][quantized.part]
    },
  }
}

function quantizedTensors(weight: HostTensor, transposed: boolean): QuantizedTensors {
  const { values, scales } = quantizeWeight(weight, transposed)
  const shape = transposed ? weight.shape.toReversed() : weight.shape
  return {
    values: new Tensor('int8', values, shape),
    scales: new Tensor('float32', scales, [scales.length]),
  }
}

/** A tensor over the same memory. */
export function toTensor({ shape, data }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
