// Core, all of it. What is exported by name below takes the place of core's export of that name.

// What core leaves to the platform: model files, ONNX Runtime, the browser's storage.
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
export * from '@policypatch/core'
export { offensiveLanguageScorer, refusalClassifierJudge } from './browser/classifiers.ts'
export { type LoadModelOptions, loadModel } from './browser/load-model.ts'
export type { OpeningClassifier } from './judges/opening-judge.ts'
export type { LoadProgress } from './load-progress.ts'
export {
  evaluateAbility,
  evaluateDomain,
  evaluateGrid,
  evaluateInstructions,
  evaluateMinimalPairs,
  evaluateMultipleChoice,
  evaluatePatch,
  evaluatePerplexity,
  evaluateRefusal,
  klToReference,
  readCrowsPairs,
} from './stored/evaluation.ts'
export {
  domainPairs,
  generatePairs,
  readContexts,
  readPairs,
  readPrompts,
  recordedReference,
  selectivePrompts,
} from './stored/pairs.ts'
export {
  composePatches,
  createPatch,
  importPeftPromptTuning,
  patchStore,
  readPatch,
} from './stored/patches.ts'
export { readReport, writeReport } from './stored/reports.ts'
export {
  compressPatches,
  distillPatch,
  hardenPatch,
  rebasePatch,
  trainJointPatch,
  trainPatch,
} from './stored/training.ts'
