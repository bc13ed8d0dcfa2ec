import { encodeOnnx, type QuantizedPart, quantizeWeight } from '@policypatch/compiler'
import { expandWeight, type HostTensor, type Weight } from '@policypatch/core'
import { type InferenceSession, Tensor } from 'onnxruntime-node'

/** ONNX Runtime's tensors of weights, made once each. */
export interface WeightTensors {
  /** The weight as it is, or one of the tensors that it is quantized to. */
  get(weight: Weight, quantized?: QuantizedPart): Promise<Tensor>
}

/** What has been made of one weight, for as long as somebody holds the weight. */
interface Made {
  plain?: Tensor
  quantized?: Promise<QuantizedTensors>
  transposed?: Promise<QuantizedTensors>
}

type QuantizedTensors = Readonly<Record<QuantizedPart['part'], Tensor>>

/** @param load a session for an encoded graph, kept until the backend is disposed of */
export function weightTensorCache(load: (model: Uint8Array) => Promise<InferenceSession>): WeightTensors {
  const held = new WeakMap<Weight, Made>()
  const sessions = new Map<string, Promise<InferenceSession>>()
  return {
    async get(weight, quantized) {
      const made = held.get(weight) ?? {}
      held.set(weight, made)
      if (!quantized) {
        made.plain ??= toTensor(expandWeight(weight))
        return made.plain
      }
      const form = quantized.transposed ? 'transposed' : 'quantized'
      made[form] ??= quantizedTensors(weight, quantized.transposed)
      return (await made[form])[quantized.part]
    },
  }

  async function quantizedTensors(weight: Weight, transposed: boolean): Promise<QuantizedTensors> {
    const form = `${weight.shape} ${transposed}`
    const session = sessions.get(form) ?? load(encodeOnnx(quantizeWeight(weight.shape, transposed)))
    sessions.set(form, session)
    const made = await (await session).run({ 'input.w': toTensor(expandWeight(weight)) })
    return { values: made['output.values'] as Tensor, scales: made['output.scales'] as Tensor }
  }
}

/** A tensor over the same memory. */
export function toTensor({ shape, data }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
