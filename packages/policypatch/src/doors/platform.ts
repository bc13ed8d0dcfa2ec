/**
 * Building blocks for backends, stores and tools: models, tensors, tokenizers, storage, the Hub. This API changes more often than
 * the rest.
 *
 * @module policypatch/platform
 */

import '../platform-storage.ts'

// Named exports take precedence over core's exports of the same name.

export {
  type ChosenDevice,
  checkDevice,
  chooseDevice,
  type Device,
  defaultCacheFolder,
  hubSource,
  localSource,
  type ModelCache,
  type ModelFiles,
  type ModelSource,
  modelCache,
  type OnnxruntimeBackendOptions,
  onnxruntimeBackend,
  pypiSource,
  type ResolveOptions,
  resolveModel,
  type TfjsNodeBackendOptions,
  tfjsNodeBackend,
  type WeightPlacement,
} from '@policypatch/backend-node'
export * from '@policypatch/core/platform'
export { type DiagnoseModelOptions, type DiagnoseProgress, diagnoseModel } from '../diagnose-model.ts'
export type { LoadModelOptions } from '../load-model.ts'
export type { LoadProgress } from '../load-progress.ts'
export type { EvalConfig, PairsConfig, ProjectConfig, TrainConfig } from '../options/project-config.ts'
