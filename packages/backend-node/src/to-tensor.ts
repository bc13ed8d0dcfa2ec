import type { HostTensor } from '@policypatch/core'
import { Tensor } from 'onnxruntime-node'

/** A tensor over the same memory. */
export function toTensor({ shape, data }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
