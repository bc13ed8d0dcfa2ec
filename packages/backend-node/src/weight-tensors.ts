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

/** Values, 64 MiB of them: one matrix of a large model, but not the embeddings of a small one. */
const largestScratch = 2 ** 24

/**
 * @param load a session for an encoded graph, kept until the backend is disposed of; whether it may keep the memory of
 *   its intermediate results for the next run
 */
export function weightTensorCache(
  load: (model: Uint8Array, keepsMemory: boolean) => Promise<InferenceSession>,
): WeightTensors {
  const held = new WeakMap<Weight, Made>()
  let scratch = new Float32Array(0)
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
      made[form] ??= quantizedTensors(weight, quantized.transposed, made)
      return (await made[form])[quantized.part]
    },
  }

  /** The weight in memory that the next one overwrites: making such memory anew takes longer than filling it. */
  function expanded(weight: Weight): HostTensor {
    if (!('expand' in weight)) return weight
    const { shape } = weight
    const size = sizeOf(weight)
    if (size > largestScratch) return expandWeight(weight)
    if (scratch.length < size) scratch = new Float32Array(size)
    return { shape, data: weight.expand(scratch.subarray(0, size)) }
  }

  async function quantizedTensors(
    weight: Weight,
    transposed: boolean,
    { plain }: Made,
  ): Promise<QuantizedTensors> {
    const form = `${weight.shape} ${transposed}`
    const session =
      sessions.get(form) ??
      load(encodeOnnx(quantizeWeight(weight.shape, transposed)), sizeOf(weight) <= largestScratch)
    sessions.set(form, session)
    const ready = await session
    // Nothing waits between expanding into the shared memory and reading it, for a run is over when it returns.
    const made = await ready.run({ 'input.w': plain ?? toTensor(expanded(weight)) })
    return { values: made['output.values'] as Tensor, scales: made['output.scales'] as Tensor }
  }
}

const sizeOf = ({ shape }: Weight) => shape.reduce((product, n) => product * n, 1)

/** A tensor over the same memory. */
export function toTensor({ shape, data }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
