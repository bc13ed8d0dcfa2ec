import { basename, resolve } from 'node:path'
import {
  type ModelCache,
  type ModelFiles,
  modelCache,
  type OnnxruntimeBackendOptions,
  onnxruntimeBackend,
  resolveModel,
} from '@policypatch/backend-node'
import {
  type Backend,
  type LanguageModel,
  loadStoredModel,
  PatchError,
  type Precision,
} from '@policypatch/core'
import type { LoadProgress } from './load-progress.ts'

export interface LoadModelOptions {
  /** A folder with a PEFT LoRA adapter that is merged into the weights as they are read. */
  readonly adapter?: string | undefined
  /** Where ONNX Runtime runs the model. Default `cpu`. */
  readonly device?: OnnxruntimeBackendOptions['device'] | undefined
  /**
   * How exactly products with the weights are worked out. Default: `int8` on the processor, where it is two to three
   * times as fast and trains as good a patch; `float32` elsewhere and on other backends.
   */
  readonly precision?: Precision | undefined
  /** What runs the model instead of ONNX Runtime. */
  readonly backend?: Backend | undefined
  /** Where fetched models are kept. Default: `POLICYPATCH_CACHE`, else the user's cache folder. */
  readonly cache?: string | ModelCache | undefined
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
  /** Takes one line about each source that failed while another remains. */
  readonly onNotice?: ((line: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Loads a model: a Hub id (`owner/name`, `owner/name@revision`, `owner/name/file.gguf`), a folder as
 * `save_pretrained` writes it, or a .gguf file. What is not on this machine is fetched once and verified.
 *
 * @throws PatchError `NOT_FOUND`, `UNREACHABLE`, `DIGEST_MISMATCH` and `STORAGE_FAILED` for files that cannot be
 *   had; `MALFORMED`, `TRUNCATED`, `UNSUPPORTED`, `UNKNOWN_ARCHITECTURE`, `MISSING_TENSOR`, `SHAPE_MISMATCH` and
 *   `NOT_FINITE` for what they hold; `INVALID_ARGUMENT`; `ABORTED`.
 */
export async function loadModel(idOrPath: string, options: LoadModelOptions = {}): Promise<LanguageModel> {
  const { adapter, cache, onNotice, onProgress, signal } = options
  const models = typeof cache === 'string' ? modelCache(cache) : (cache ?? modelCache())
  const backend = backendOf(options, models)
  const files = await resolveModel(idOrPath, {
    cache: models,
    onNotice,
    onProgress: (progress) => onProgress?.({ stage: 'download', ...progress }),
    signal,
  })
  return loadStoredModel(files, {
    id: nameOf(idOrPath, files, adapter),
    backend,
    onProgress: (done, total) => onProgress?.({ stage: 'weights', done, total }),
    ...(adapter !== undefined && { adapter: { storage: files.storage, path: resolve(adapter) } }),
    precision: precisionOf(options),
    ...(signal && { signal }),
  })
}

function precisionOf({ backend, device = 'cpu', precision }: LoadModelOptions): Precision {
  return precision ?? (!backend && device === 'cpu' ? 'int8' : 'float32')
}

function backendOf({ backend, device }: LoadModelOptions, models: ModelCache): Backend {
  if (!backend)
    return onnxruntimeBackend({ ...(device && { device }), programFolder: models.path('programs') })
  if (device === undefined) return backend
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a device for ONNX Runtime, or another backend',
    found: `both ${device} and ${backend.name}`,
    remedy: 'Leave out one of them',
  })
}

/** What manifests call the model: they are published, so a folder's name goes into them but not its place. */
function nameOf(idOrPath: string, files: ModelFiles, adapter: string | undefined): string {
  const path = resolve(idOrPath)
  const id = files.source === path ? basename(path) : idOrPath
  return adapter === undefined ? id : `${id}+${basename(resolve(adapter))}`
}
