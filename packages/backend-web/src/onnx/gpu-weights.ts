import { PatchError } from '@policypatch/core'
import type { Weight } from '@policypatch/core/platform'
import type { Tensor } from 'onnxruntime-web'
import type { OrtLibrary } from './ort-library.ts'

/** Weights in the memory of a GPU. */
export interface GpuWeights {
  /** Uploads a weight and returns a tensor over its buffer. Packed weights are expanded directly into the buffer. */
  upload(weight: Weight): Promise<Tensor>
  /** Frees the buffer of one of these tensors. */
  letGo(tensor: Tensor): void
  /** Frees all buffers. */
  dispose(): void
}

/** ONNX Runtime reads buffers in chunks of 16 bytes. */
const granule = 16

export function gpuWeights(device: GPUDevice, { Tensor }: Pick<OrtLibrary, 'Tensor'>): GpuWeights {
  const buffers = new Map<Tensor, GPUBuffer>()
  return {
    async upload(weight) {
      const { shape } = weight
      const size = shape.reduce((product, n) => product * n, 1)
      const dataType = 'data' in weight && weight.data instanceof Int32Array ? 'int32' : 'float32'
      const bytes = Math.max(1, Math.ceil((4 * size) / granule)) * granule
      if (bytes > device.limits.maxStorageBufferBindingSize) {
        throw outOfMemory(bytes, `at most ${device.limits.maxStorageBufferBindingSize} in one piece`)
      }
      device.pushErrorScope('out-of-memory')
      let buffer: GPUBuffer | undefined
      try {
        const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage
        const usage = STORAGE | COPY_SRC | COPY_DST
        buffer = device.createBuffer({ size: bytes, usage, mappedAtCreation: true })
        fill(buffer.getMappedRange(), weight, size)
        buffer.unmap()
      } catch (cause) {
        buffer?.destroy()
        // By specification, a range that cannot be allocated throws a RangeError.
        if (cause instanceof RangeError) throw outOfMemory(bytes, cause.message, cause)
        throw cause
      } finally {
        const error = await device.popErrorScope()
        if (error) {
          buffer?.destroy()
          // biome-ignore lint/correctness/noUnsafeFinally: what the scope caught is the reason for what was thrown
          throw outOfMemory(bytes, error.message)
        }
      }
      const tensor = Tensor.fromGpuBuffer(buffer, { dataType, dims: [...shape] })
      buffers.set(tensor, buffer)
      return tensor
    },
    letGo(tensor) {
      buffers.get(tensor)?.destroy()
      buffers.delete(tensor)
    },
    dispose() {
      for (const buffer of buffers.values()) buffer.destroy()
      buffers.clear()
    },
  }
}

function fill(range: ArrayBuffer, weight: Weight, size: number): void {
  if ('expand' in weight) {
    const place = new Float32Array(range, 0, size)
    const values = weight.expand(place)
    if (values !== place) place.set(values)
  } else if (weight.data instanceof Int32Array) new Int32Array(range, 0, size).set(weight.data)
  else new Float32Array(range, 0, size).set(weight.data)
}

function outOfMemory(bytes: number, found: string, cause?: unknown): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: `a GPU buffer of ${bytes} bytes for a weight`,
    found,
    remedy: 'Use a smaller model, close other pages that use the GPU, or use device wasm',
    cause,
  })
}
