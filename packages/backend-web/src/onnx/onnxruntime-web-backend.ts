import type { OnnxRuntime } from '@policypatch/compiler'
import { PatchError } from '@policypatch/core'
import type { Backend } from '@policypatch/core/platform'
import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { noWebgpu, requestGpuDevice } from '../request-gpu-device.ts'
import { gpuWeights } from './gpu-weights.ts'
import { type OrtLibrary, type OrtSettings, ortLibrary, type WebDevice } from './ort-library.ts'
import { yieldingSession } from './yielding-session.ts'

export interface OnnxruntimeWebBackendOptions extends Pick<OrtSettings, 'wasmPaths'> {
  /** Where programs run. `auto`, the default, is WebGPU if there is an adapter, else WebAssembly with a notice. */
  readonly device?: 'auto' | WebDevice
  /**
   * Threads of a run in WebAssembly. More than one needs a cross-origin isolated page. Default: half of the CPU's, at most 4,
   * in such a page, else 1.
   */
  readonly threads?: number
  /** Receives a notice if programs will not run as requested: show it to the user. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/**
 * Runs programs with onnxruntime-web, each compiled to one ONNX graph; see the compiler's `onnxBackend`. On WebGPU all
 * weights are uploaded once. Throws `BACKEND_FAILED` if the device is missing.
 */
export async function onnxruntimeWebBackend({
  device = 'auto',
  wasmPaths,
  threads,
  onNotice,
}: OnnxruntimeWebBackendOptions = {}): Promise<Backend> {
  const gpu = device === 'wasm' ? undefined : await requestGpuDevice()
  if (!gpu && device === 'webgpu') throw noWebgpu()
  if (!gpu && device === 'auto') {
    onNotice?.('WebGPU is not available: running in WebAssembly, which is several times slower')
  }
  const settings = { wasmPaths, threads: threads ?? defaultThreads() }
  // Loaded with the runtime that it compiles for, not with the page.
  const { onnxBackend } = await import('@policypatch/compiler')
  return onnxBackend(await (gpu ? webgpuRuntime(gpu, settings) : wasmRuntime(settings)))
}

function defaultThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1
  return Math.min(4, Math.ceil((navigator.hardwareConcurrency || 1) / 2))
}

async function webgpuRuntime(device: GPUDevice, settings: OrtSettings): Promise<OnnxRuntime<Tensor>> {
  const library = await loadLibrary('webgpu', settings)
  const weights = gpuWeights(device, library)
  return {
    specificationVersion: 'v1',
    name: 'onnxruntime-web-webgpu',
    target: 'device',
    load: (model) =>
      createSession(library, model, {
        executionProviders: [{ name: 'webgpu', device }],
        graphOptimizationLevel: 'disabled',
      }),
    feed: feedOf(library),
    hold: weights.upload,
    letGo: weights.letGo,
    async dispose() {
      weights.dispose()
      device.destroy()
    },
  }
}

async function wasmRuntime(settings: OrtSettings): Promise<OnnxRuntime<Tensor>> {
  const library = await loadLibrary('wasm', settings)
  const load = (model: Uint8Array, more: InferenceSession.SessionOptions) =>
    createSession(library, model, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'disabled',
      ...more,
    })
  return {
    specificationVersion: 'v1',
    name: 'onnxruntime-web-wasm',
    target: 'processor',
    resident: 'asked',
    load: async (model, externalData) => yieldingSession(await load(model, { externalData })),
    loadPreparation: (model, { keepsMemory }) => load(model, { enableCpuMemArena: keepsMemory }),
    feed: feedOf(library),
  }
}

const feedOf =
  ({ Tensor }: OrtLibrary): OnnxRuntime<Tensor>['feed'] =>
  ({ shape, data }) =>
    data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)

function loadLibrary(device: WebDevice, settings: OrtSettings): Promise<OrtLibrary> {
  return ortLibrary(device, settings).catch((cause: unknown) => {
    throw new PatchError('BACKEND_FAILED', {
      expected: `to load onnxruntime-web for ${device}`,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy:
        'Install it beside policypatch: npm install onnxruntime-web; check that the page serves its files and that its Content-Security-Policy allows them',
      cause,
    })
  })
}

function createSession(
  { InferenceSession }: OrtLibrary,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  return InferenceSession.create(model, { logSeverityLevel: 3, enableMemPattern: false, ...options }).catch(
    (cause: unknown) => {
      throw new PatchError('BACKEND_FAILED', {
        expected: 'onnxruntime-web to load a program',
        found: cause instanceof Error ? cause.message : String(cause),
        remedy:
          "Check that the page serves onnxruntime-web's .wasm file, that its Content-Security-Policy has 'wasm-unsafe-eval', and that there is memory left",
        cause,
      })
    },
  )
}
