export { environmentFetch } from './download/environment-fetch.ts'
export { defaultCacheFolder, type ModelCache, modelCache } from './download/model-cache.ts'
export { fileStorage } from './files/file-storage.ts'
export { isRunning } from './files/temporary-file.ts'
export { checkDevice } from './onnxruntime/check-device.ts'
export { type ChosenDevice, chooseDevice } from './onnxruntime/choose-device.ts'
export type { Device } from './onnxruntime/create-session.ts'
export { onnxFile } from './onnxruntime/onnx-file.ts'
export {
  type OnnxruntimeBackendOptions,
  onnxruntimeBackend,
  type WeightPlacement,
} from './onnxruntime/onnxruntime-backend.ts'
export { type HubSettings, hubSettings } from './sources/hub-settings.ts'
export { hubSource } from './sources/hub-source.ts'
export { localSource } from './sources/local-source.ts'
export type { ModelFiles, ModelSource } from './sources/model-source.ts'
export { pypiSource } from './sources/pypi-source.ts'
export { type ResolveOptions, resolveModel } from './sources/resolve-model.ts'
export { weightsDigest } from './sources/weights-digest.ts'
export { type TfjsNodeBackendOptions, tfjsNodeBackend } from './tfjs-node-backend.ts'
