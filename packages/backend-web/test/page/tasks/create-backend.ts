import { onnxruntimeWebBackend, tfjsWebgpuBackend } from '@policypatch/backend-web'
import { createPatch, type LanguageModel, type Patch } from '@policypatch/core'
import { describeBase } from '@policypatch/core/patch'
import type { Backend } from '@policypatch/core/platform'
import { initPrefix } from '@policypatch/core/train'

export type BackendName = 'tfjs-webgpu' | 'webgpu' | 'wasm' | 'wasm, two threads'

/** A backend of this package by its name. */
export function createBackend(name: BackendName): Promise<Backend> {
  if (name === 'tfjs-webgpu') return tfjsWebgpuBackend()
  return name === 'wasm, two threads'
    ? onnxruntimeWebBackend({ device: 'wasm', threads: 2 })
    : onnxruntimeWebBackend({ device: name })
}

/** A patch of four random virtual tokens. */
export function tinyPatch(model: LanguageModel, name: string, seed: number): Promise<Patch> {
  return createPatch({
    prefix: initPrefix(model, { length: 4, init: 'random', seed }),
    manifest: { name, version: '1.0.0', domain: 'test', license: 'Apache-2.0', base: describeBase(model) },
  })
}
