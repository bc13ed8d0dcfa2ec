import { expandWeight, type HostTensor, runQueue, type Weight } from '@policypatch/core/platform'
import type { QuantizedPart } from '../graph/graph.ts'
import { encodeOnnx } from '../onnx/encode-onnx.ts'
import type { OnnxRuntime, RuntimeSession, RuntimeTensor } from './onnx-runtime.ts'
import { quantizeWeight } from './quantize-weight.ts'

/** A runtime's tensors of weights, made once each. */
export interface WeightTensors<Tensor> {
  /** The weight as it is, or one of the tensors that it is quantized to. */
  get(weight: Weight, quantized?: QuantizedPart): Promise<Tensor>
  /** Gives back what the runtime holds of a weight outside of this process's memory. */
  release(weight: Weight): Promise<void>
}

type QuantizedTensors<Tensor> = Readonly<Record<QuantizedPart['part'], Tensor>>

/** What has been made of one weight, for as long as somebody holds the weight. */
interface Made<Tensor> {
  plain?: Promise<Tensor>
  quantized?: Promise<QuantizedTensors<Tensor>>
  transposed?: Promise<QuantizedTensors<Tensor>>
}

/** Values, 64 MiB of them: one matrix of a large model, but not the embeddings of a small one. */
const largestScratch = 2 ** 24

/** @param keep takes each session that is made, and releases it when the backend is disposed of */
export function weightTensorCache<Tensor extends RuntimeTensor>(
  runtime: OnnxRuntime<Tensor>,
  keep: (session: RuntimeSession<Tensor>) => RuntimeSession<Tensor>,
): WeightTensors<Tensor> {
  const held = new WeakMap<Weight, Made<Tensor>>()
  const inTurn = runQueue()
  let scratch = new Float32Array(0)
  const sessions = new Map<string, Promise<RuntimeSession<Tensor>>>()
  // A device has no buffers without bytes, and copies of what is overwritten would be kept in vain.
  const isHeld = (weight: Weight) => !isTransient(weight) && sizeOf(weight) > 0
  const hold = async (weight: Weight) =>
    runtime.hold && isHeld(weight) ? runtime.hold(weight) : runtime.feed(expandWeight(weight))

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
      made[form] ??= quantizedTensors(weight, quantized.transposed, made).catch((error: unknown) => {
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

  /** The weight in memory that the next one overwrites: making such memory again takes longer than filling it. */
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
    { plain }: Made<Tensor>,
  ): Promise<QuantizedTensors<Tensor>> {
    const form = `${weight.shape} ${transposed}`
    const session = sessions.get(form) ?? load(weight, transposed)
    sessions.set(form, session)
    session.catch(() => sessions.delete(form))
    const ready = await session
    const whole = await plain
    // In turn: no other weight is expanded into the shared memory before this one was read.
    const made = await inTurn(() =>
      ready.run({ 'input.w': whole ?? runtime.feed(expanded(weight)) }, ['output.values', 'output.scales']),
    )
    return { values: made['output.values'] as Tensor, scales: made['output.scales'] as Tensor }
  }

  async function load(weight: Weight, transposed: boolean): Promise<RuntimeSession<Tensor>> {
    const model = encodeOnnx(quantizeWeight(weight.shape, transposed))
    const keepsMemory = sizeOf(weight) <= largestScratch
    return keep(await runtime.loadPreparation!(model, { keepsMemory }))
  }
}

const sizeOf = ({ shape }: Weight) => shape.reduce((product, n) => product * n, 1)

const isTransient = (weight: Weight) => 'transient' in weight
