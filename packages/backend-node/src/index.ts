export { checkDevice } from './check-device.ts'
export { type ChosenDevice, chooseDevice } from './choose-device.ts'
export { environmentFetch } from './environment-fetch.ts'
export type { Device } from './execution-providers.ts'
export { fileStorage } from './file-storage.ts'
export { defaultCacheFolder, type ModelCache, modelCache } from './model-cache.ts'
export { onnxFile } from './onnx-file.ts'
export {
  type OnnxruntimeBackendOptions,
  onnxruntimeBackend,
  type WeightPlacement,
} from './onnxruntime-backend.ts'
export { type ResolveOptions, resolveModel } from './resolve-model.ts'
export { hubSource } from './sources/hub-source.ts'
export { localSource } from './sources/local-source.ts'
export type { ModelFiles, ModelSource } from './sources/model-source.ts'
export { pypiSource } from './sources/pypi-source.ts'
export { type TfjsNodeBackendOptions, tfjsNodeBackend } from './tfjs-node-backend.ts'
