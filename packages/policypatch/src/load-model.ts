import { basename, resolve } from 'node:path'
import {
  checkDevice,
  chooseDevice,
  type Device,
  type ModelCache,
  type ModelFiles,
  modelCache,
  onnxruntimeBackend,
  resolveModel,
  weightsDigest,
} from '@policypatch/backend-node'
import { type LanguageModel, PatchError } from '@policypatch/core'
import {
  type Architecture,
  type Backend,
  loadStoredModel,
  type Place,
  type Precision,
} from '@policypatch/core/platform'
import type { LoadProgress } from './load-progress.ts'

export interface LoadModelOptions {
  /** The folder of a PEFT LoRA adapter, merged into the weights while they are read. */
  readonly adapter?: Place | undefined
  /**
   * Where ONNX Runtime runs the model: `cpu`, `cuda`, `webgpu`, or `auto` for the fastest available device, which takes a few
   * seconds to measure and is reported to `onNotice`. Default `cpu`, which is reproducible.
   */
  readonly device?: Device | 'auto' | undefined
  /**
   * Precision of products with the weights. Default: `int8` on the CPU, where it is two to three times as fast and trains equally
   * good patches; `float32` elsewhere and on other backends.
   */
  readonly precision?: Precision | undefined
  /** The backend to use instead of ONNX Runtime. The model's `dispose` does not dispose of it. */
  readonly backend?: Backend | undefined
  /** Additional architectures. */
  readonly architectures?: readonly Architecture[] | undefined
  /** Maximum size of the cached keys and values of applied prefixes, in bytes. Default 256 MiB. */
  readonly prefixCacheBytes?: number | undefined
  /** Where downloaded models are kept. Default: `POLICYPATCH_CACHE`, else the user's cache folder. */
  readonly cache?: string | ModelCache | undefined
  /**
   * Whether to cache the weights that were rounded to int8, under `weights/`, up to 4 GiB, so that the next process starts
   * faster. Default true.
   */
  readonly keepRounded?: boolean | undefined
  /**
   * Whether to compute the digest of all weights. A trust policy may require it, and patches made for the model then record it.
   * The first time, this reads the model's files once more. Default false.
   */
  readonly weightsDigest?: boolean | undefined
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
  /** Receives notices about the chosen device, a known model's terms of use, failed sources while others remain, and the model. */
  readonly onNotice?: ((line: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Loads a model: a Hub id (`owner/name`, `owner/name@revision`, `owner/name:Q8_0`, `owner/name/file.gguf`) or the URL of its
 * page, a folder written by `save_pretrained`, or a .gguf file. Missing files are downloaded once and verified.
 *
 * @throws PatchError `NOT_FOUND`, `UNREACHABLE`, `DIGEST_MISMATCH` and `STORAGE_FAILED` for files that cannot be read or
 *   downloaded; `BACKEND_FAILED` for a missing device; `MALFORMED`, `TRUNCATED`, `UNSUPPORTED`, `UNKNOWN_ARCHITECTURE`,
 *   `MISSING_TENSOR`, `SHAPE_MISMATCH` and `NOT_FINITE` for their contents; `INVALID_ARGUMENT`; `ABORTED`.
 */
export async function loadModel(idOrPath: string, options: LoadModelOptions = {}): Promise<LanguageModel> {
  const { adapter, architectures, onNotice, onProgress, prefixCacheBytes, signal } = options
  const { files, cache, backend, ownsBackend, precision, keepsRounded } = await prepareModel(
    idOrPath,
    options,
  )
  try {
    // With an adapter, the weights differ from the files.
    const digest = options.weightsDigest && adapter === undefined
    return await loadStoredModel(files, {
      id: nameOf(idOrPath, files, adapter),
      ...{ backend, ownsBackend, prefixCacheBytes, onNotice, precision },
      weightsDigest: digest ? await weightsDigest(files, cache) : undefined,
      ...(keepsRounded && { origin: () => weightsDigest(files, cache) }),
      onProgress: (done, total) => onProgress?.({ stage: 'weights', done, total }),
      ...(adapter !== undefined && { adapter: typeof adapter === 'string' ? resolve(adapter) : adapter }),
      ...(architectures && { architectures }),
      ...(signal && { signal }),
    })
  } catch (error) {
    if (ownsBackend) await backend.dispose()
    throw error
  }
}

/** A model's files, downloaded if necessary, and what to run it on. */
export interface PreparedModel {
  readonly files: ModelFiles
  readonly cache: ModelCache
  readonly backend: Backend
  /** Whether the backend was created for this model. */
  readonly ownsBackend: boolean
  readonly precision: Precision
  /** Whether rounded weights are cached. */
  readonly keepsRounded: boolean
}

export async function prepareModel(idOrPath: string, options: LoadModelOptions): Promise<PreparedModel> {
  const { cache, onNotice, onProgress, signal } = options
  const models = typeof cache === 'string' ? modelCache(cache) : (cache ?? modelCache())
  const device = await deviceOf(options)
  const files = await resolveModel(idOrPath, {
    cache: models,
    onNotice,
    onProgress: (progress) => onProgress?.({ stage: 'download', ...progress }),
    signal,
  })
  const ownsBackend = options.backend === undefined
  // int8 products are fastest on the CPU.
  const precision = options.precision ?? (ownsBackend && device === 'cpu' ? 'int8' : 'float32')
  const keepsRounded = ownsBackend && precision === 'int8' && options.keepRounded !== false
  const backend =
    options.backend ??
    onnxruntimeBackend({
      device,
      programFolder: models.path('programs'),
      weightFolder: keepsRounded ? models.path('weights') : undefined,
    })
  return { files, cache: models, backend, ownsBackend, precision, keepsRounded }
}

/** The requested device, once it is known to be available. */
async function deviceOf({ backend, device, onNotice }: LoadModelOptions): Promise<Device> {
  if (backend && device !== undefined) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'either a device for ONNX Runtime or a backend',
      found: `both ${device} and ${backend.name}`,
      remedy: 'Remove one of them',
    })
  }
  if (device === 'auto') {
    const { device: chosen, reason } = await chooseDevice()
    onNotice?.(`Running on ${chosen} (${reason})`)
    return chosen
  }
  if (device !== undefined && device !== 'cpu') await checkDevice(device)
  return device ?? 'cpu'
}

/** The model's name in manifests. Manifests are published, so only a folder's name is used, not its path. */
export function nameOf(idOrPath: string, files: ModelFiles, adapter: Place | undefined): string {
  const path = resolve(idOrPath)
  const id = files.source === path ? basename(path) : (files.id ?? idOrPath)
  if (adapter === undefined) return id
  return `${id}+${basename(typeof adapter === 'string' ? resolve(adapter) : adapter.path)}`
}
