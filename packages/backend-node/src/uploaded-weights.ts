import { encodeOnnx, type OnnxGraph, wordsOf } from '@policypatch/compiler'
import { expandWeight, PatchError, type Weight } from '@policypatch/core'
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { toTensor } from './to-tensor.ts'

/** Weights in a device's memory. */
export interface UploadedWeights {
  /** Sends a weight there. Throws `BACKEND_FAILED` where there is no room for it. */
  upload(weight: Weight): Promise<Tensor>
  /** Frees the device's memory. */
  dispose(): Promise<void>
}

type ElementType = 'float32' | 'int32'

/**
 * Weights in the memory of a WebGPU device, used by all programs: a session whose only node copies its input leaves the copy
 * on the device, and all sessions of a process share one device.
 *
 * @param load a session for an encoded graph that leaves its outputs on the device
 */
export function uploadedWeights(load: (model: Uint8Array) => Promise<InferenceSession>): UploadedWeights {
  const copies = new Set<Tensor>()
  const sessions = new Map<ElementType, Promise<InferenceSession>>()
  return {
    async upload(weight) {
      const { shape, data } = expandWeight(weight)
      const type = data instanceof Int32Array ? 'int32' : 'float32'
      const session = sessions.get(type) ?? load(encodeOnnx(copyOf(type)))
      sessions.set(type, session)
      const { y } = await (await session)
        .run({ x: toTensor({ shape: [data.length], data }) })
        .catch((cause: unknown) => {
          throw tooMuch(shape, cause)
        })
      const copy = y as Tensor
      copies.add(copy)
      return Tensor.fromGpuBuffer(copy.gpuBuffer, { dataType: type, dims: shape })
    },
    async dispose() {
      for (const copy of copies) copy.dispose()
      copies.clear()
      for (const session of sessions.values()) await (await session).release()
      sessions.clear()
    },
  }
}

function copyOf(dtype: ElementType): OnnxGraph {
  const tensor = { shape: [1], dtype, free: { 0: 'length' } } as const
  return {
    inputs: [{ ...tensor, name: 'x', source: 'input', key: 'x' }],
    outputs: [{ ...tensor, name: 'y', key: 'y' }],
    constants: [],
    nodes: [{ opType: 'Identity', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
  }
}

function tooMuch(shape: readonly number[], cause: unknown): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: `room on the device for a weight of shape [${shape}]`,
    found: wordsOf(cause),
    remedy: "Free some of the GPU's memory, choose a smaller model, or use the device cpu",
    cause,
  })
}
