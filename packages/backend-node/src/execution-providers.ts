import type { InferenceSession } from 'onnxruntime-node'

/** Where ONNX Runtime runs programs. */
export type Device = 'cpu' | 'cuda' | 'webgpu'

/** The providers of a device, in the order in which they take operators: what a GPU's has not got, the CPU's has. */
export function executionProviders(device: Device): InferenceSession.ExecutionProviderConfig[] {
  return device === 'cpu' ? ['cpu'] : [device, 'cpu']
}
