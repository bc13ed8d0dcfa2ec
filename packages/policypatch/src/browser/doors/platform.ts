/**
 * Building blocks for backends, stores and tools: models, tensors, tokenizers, storage, the Hub. This API changes more often than
 * the rest.
 *
 * @module policypatch/browser/platform
 */

import '../../platform-storage.ts'

// Named exports take precedence over core's exports of the same name.

export {
  type CachedModel,
  cachedModels,
  type FetchStorageOptions,
  fetchStorage,
  filesStorage,
  type HubModelOptions,
  type NamedBlob,
  type OnnxruntimeWebBackendOptions,
  onnxruntimeWebBackend,
  opfsStorage,
  patchFolders,
  type ResolveWebModelOptions,
  removeCachedModel,
  resolveWebModel,
  type StorageQuota,
  storageQuota,
  tfjsWebgpuBackend,
  type WebDownloadProgress,
  type WebModelFiles,
  type ZipStorageOptions,
  zipStorage,
} from '@policypatch/backend-web'
export * from '@policypatch/core/platform'
export type { LoadModelOptions } from '../../browser/load-model.ts'
export type { LoadProgress } from '../../load-progress.ts'
