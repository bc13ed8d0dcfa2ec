import { encodeOnnx, type OnnxGraph, wordsOf } from '@policypatch/compiler'
import { PatchError } from '@policypatch/core'
import { expandWeight, type HostTensor, type Weight } from '@policypatch/core/platform'
import { type InferenceSession, Tensor } from './onnxruntime.ts'

/** Weights in a device's memory. */
export interface UploadedWeights {
  /** Uploads a weight. Throws `BACKEND_FAILED` if there is no room for it. */
  upload(weight: Weight): Promise<Tensor>
  /** Frees the memory of an uploaded weight. */
  letGo(tensor: Tensor): void
  /** Frees the memory of all weights. */
  dispose(): Promise<void>
}

type ElementType = 'float32' | 'int32'

/**
 * Weights in the memory of a WebGPU device, shared by all programs. A session whose only node copies its input leaves the copy on
 * the device, and all sessions of a process share one device.
 *
 * @param load creates a session for an encoded graph that leaves its outputs on the device
 */
export function uploadedWeights(load: (model: Uint8Array) => Promise<InferenceSession>): UploadedWeights {
  /** The runtime's own tensor for each returned one; disposing of it frees the memory. */
  const copies = new Map<Tensor, Tensor>()
  const sessions = new Map<ElementType, Promise<InferenceSession>>()
  return {
    async upload(weight) {
      const { shape, data } = expandWeight(weight)
      const type = data instanceof Int32Array ? 'int32' : 'float32'
      const session = sessions.get(type) ?? load(encodeOnnx(copyOf(type)))
      sessions.set(type, session)
      session.catch(() => sessions.delete(type))
      const { y } = await (await session)
        .run({ x: toTensor({ shape: [data.length], data }) })
        .catch((cause: unknown) => {
          throw tooMuch(shape, cause)
        })
      const copy = y as Tensor
      const tensor = Tensor.fromGpuBuffer(copy.gpuBuffer, { dataType: type, dims: shape })
      copies.set(tensor, copy)
      return tensor
    },
    letGo(tensor) {
      copies.get(tensor)?.dispose()
      copies.delete(tensor)
    },
    async dispose() {
      for (const copy of copies.values()) copy.dispose()
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
    remedy: 'Free some GPU memory, choose a smaller model, or use device cpu',
    cause,
  })
}

/** A tensor that shares the memory. */
export function toTensor({ shape, data }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
