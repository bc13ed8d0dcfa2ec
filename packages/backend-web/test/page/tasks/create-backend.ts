import { onnxruntimeWebBackend, tfjsWebgpuBackend } from '@policypatch/backend-web'
import type { Backend } from '@policypatch/core'

export type BackendName = 'tfjs-webgpu' | 'webgpu' | 'wasm'

/** A backend of this package by its name. */
export function createBackend(name: BackendName): Promise<Backend> {
  return name === 'tfjs-webgpu' ? tfjsWebgpuBackend() : onnxruntimeWebBackend({ device: name })
}
