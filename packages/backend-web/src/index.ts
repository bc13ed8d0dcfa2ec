export { type CachedModel, cachedModels, removeCachedModel } from './models/cached-models.ts'
export type { WebDownloadProgress } from './models/fetch-files.ts'
export type { HubModelOptions } from './models/hub-model.ts'
export {
  type ResolveWebModelOptions,
  resolveWebModel,
  type WebModelFiles,
} from './models/resolve-web-model.ts'
export { type OnnxruntimeWebBackendOptions, onnxruntimeWebBackend } from './onnx/onnxruntime-web-backend.ts'
export { type FetchStorageOptions, fetchStorage } from './storage/fetch-storage.ts'
export { filesStorage, type NamedBlob } from './storage/files-storage.ts'
export { opfsStorage } from './storage/opfs-storage.ts'
export { patchFolders } from './storage/patch-folders.ts'
export { type StorageQuota, storageQuota } from './storage/storage-quota.ts'
export { type ZipStorageOptions, zipStorage } from './storage/zip-storage.ts'
export { tfjsWebgpuBackend } from './tfjs-webgpu-backend.ts'
