import {
  type HubModelOptions,
  type OnnxruntimeWebBackendOptions,
  onnxruntimeWebBackend,
  resolveWebModel,
} from '@policypatch/backend-web'
import { type LanguageModel, PatchError, type Storage } from '@policypatch/core'
import {
  type Architecture,
  type Backend,
  loadStoredModel,
  type Place,
  type Precision,
} from '@policypatch/core/platform'
import type { LoadProgress } from '../load-progress.ts'

export interface LoadModelOptions
  extends HubModelOptions,
    Pick<OnnxruntimeWebBackendOptions, 'device' | 'wasmPaths' | 'onNotice'> {
  /** The folder of a PEFT LoRA adapter, merged into the weights while they are read. */
  readonly adapter?: Place | undefined
  /**
   * Precision of products with the weights. Default `float32`. `int8` takes a quarter of the memory in WebAssembly, and the same
   * memory on WebGPU.
   */
  readonly precision?: Precision | undefined
  /**
   * The backend to use instead of ONNX Runtime, such as `await tfjsWebgpuBackend()`. The model's `dispose` does not dispose of
   * it.
   */
  readonly backend?: Backend | undefined
  /** Additional architectures. */
  readonly architectures?: readonly Architecture[] | undefined
  /** Maximum size of the cached keys and values of applied prefixes, in bytes. Default 256 MiB. */
  readonly prefixCacheBytes?: number | undefined
  /** Where downloaded models are kept. Default: the origin private file system. */
  readonly cache?: Storage | undefined
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
}

/**
 * Loads a model: a Hub id (`owner/name`, `owner/name@revision`, `owner/name/file.gguf`), or the URL of a .gguf file or of a
 * folder written by `save_pretrained`; see `resolveWebModel`. Missing files are downloaded once. Call it in a Worker: a page
 * would freeze while the weights are read.
 *
 * @throws PatchError `NOT_FOUND`, `UNREACHABLE`, `DIGEST_MISMATCH` and `STORAGE_FAILED` for files that cannot be read or
 *   downloaded; `MALFORMED`, `TRUNCATED`, `UNSUPPORTED`, `UNKNOWN_ARCHITECTURE`, `MISSING_TENSOR`, `SHAPE_MISMATCH` and
 *   `NOT_FINITE` for their contents; `BACKEND_FAILED` for a missing device; `INVALID_ARGUMENT`; `ABORTED`.
 */
export async function loadModel(idOrUrl: string, options: LoadModelOptions = {}): Promise<LanguageModel> {
  const { adapter, architectures, backend, cache, device, wasmPaths, onNotice, onProgress, ...others } =
    options
  const { precision, prefixCacheBytes, ...request } = others
  const { signal } = request
  if (backend && device !== undefined) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'either a device for ONNX Runtime or a backend',
      found: `both ${device} and ${backend.name}`,
      remedy: 'Remove one of them',
    })
  }
  const files = await resolveWebModel(idOrUrl, {
    ...request,
    onNotice,
    storage: cache,
    onProgress: (progress) => onProgress?.({ stage: 'download', ...progress }),
  })
  const runner = backend ?? (await onnxruntimeWebBackend({ ...(device && { device }), wasmPaths, onNotice }))
  try {
    return await loadStoredModel(files, {
      id: nameOf(idOrUrl, adapter),
      ...{ backend: runner, ownsBackend: !backend, prefixCacheBytes, onNotice },
      onProgress: (done, total) => onProgress?.({ stage: 'weights', done, total }),
      ...(adapter && { adapter }),
      ...(architectures && { architectures }),
      ...(precision && { precision }),
      ...(signal && { signal }),
    })
  } catch (error) {
    if (!backend) await runner.dispose()
    throw error
  }
}

/** The model's name in manifests. Manifests are published, so only the last part of an address is used. */
function nameOf(idOrUrl: string, adapter: Place | undefined): string {
  const id = /^(https?:|[./])/i.test(idOrUrl) ? lastOf(idOrUrl.replace(/[?#].*$/, '')) : idOrUrl
  return adapter ? `${id}+${lastOf(pathOf(adapter))}` : id
}

const pathOf = (place: Place) => (typeof place === 'string' ? place : place.path)

const lastOf = (path: string) => path.split('/').filter(Boolean).at(-1) ?? path
