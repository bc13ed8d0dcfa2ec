// Core, all of it. What is exported by name below takes the place of core's export of that name.

// What core leaves to the platform: model files, ONNX Runtime, the file system.
export {
  type ChosenDevice,
  checkDevice,
  chooseDevice,
  type Device,
  defaultCacheFolder,
  fileStorage,
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
export * from '@policypatch/core'
export {
  endpointJudge,
  endpointReference,
  llamaGuardJudge,
  strongRejectJudge,
} from './endpoints.ts'
export { exportOnnx } from './export-onnx.ts'
export { offensiveLanguageScorer, refusalClassifierJudge } from './judges/classifiers.ts'
export { type JsonJudgeOptions, jsonJudge } from './judges/json-judge.ts'
export type { TextClassifier, TransformersLibrary } from './judges/transformers-library.ts'
export {
  type TransformersScorer,
  type TransformersScorerOptions,
  transformersScorer,
} from './judges/transformers-scorer.ts'
export { type LoadModelOptions, loadModel } from './load-model.ts'
export type { LoadProgress } from './load-progress.ts'
export {
  defineConfig,
  type EvalConfig,
  type PairsConfig,
  type ProjectConfig,
  type TrainConfig,
} from './options/project-config.ts'
export { readPatch } from './patches/read-patch.ts'
export { readAbilityData } from './read-ability-data.ts'
export { renderReport } from './report/render-report.ts'
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
