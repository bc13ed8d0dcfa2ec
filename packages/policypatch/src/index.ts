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
export { exportOnnx } from './export-onnx.ts'
export { offensiveLanguageScorer } from './judges/offensive-language-scorer.ts'
export { refusalClassifierJudge } from './judges/refusal-classifier-judge.ts'
export type { TextClassifier, TransformersLibrary } from './judges/transformers-library.ts'
export {
  type TransformersScorer,
  type TransformersScorerOptions,
  transformersScorer,
} from './judges/transformers-scorer.ts'
export { type LoadModelOptions, type LoadProgress, loadModel } from './load-model.ts'
export {
  composePatches,
  createPatch,
  evaluateAbility,
  evaluateInstructions,
  evaluateMinimalPairs,
  evaluateMultipleChoice,
  evaluatePerplexity,
  evaluateRefusal,
  generatePairs,
  importPeftPromptTuning,
  patchStore,
  readPairs,
  readPatch,
  readPrompts,
  readReport,
  recordedReference,
  writeReport,
} from './on-disk.ts'
export { readAbilityData } from './read-ability-data.ts'
export { renderReport } from './report/render-report.ts'
export {
  compressPatches,
  distillPatch,
  rebasePatch,
  trainJointPatch,
  trainPatch,
} from './trained-on-disk.ts'
