import { onnxruntimeWebBackend, tfjsWebgpuBackend } from '@policypatch/backend-web'
import type { Backend } from '@policypatch/core/platform'

export type BackendName = 'tfjs-webgpu' | 'webgpu' | 'wasm' | 'wasm, two threads'

/** A backend of this package by its name. */
export function createBackend(name: BackendName): Promise<Backend> {
  if (name === 'tfjs-webgpu') return tfjsWebgpuBackend()
  return name === 'wasm, two threads'
    ? onnxruntimeWebBackend({ device: 'wasm', threads: 2 })
    : onnxruntimeWebBackend({ device: name })
}
