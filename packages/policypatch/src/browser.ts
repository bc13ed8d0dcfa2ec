/**
 * What most programs need. What each step of the pipeline has besides is behind a door of its own.
 *
 * @module policypatch/browser
 */

// What is exported by name takes the place of core's export of that name.

export { fetchStorage, opfsStorage } from '@policypatch/backend-web'
export * from '@policypatch/core'
export { loadModel } from './browser/load-model.ts'
export { evaluatePatch } from './stored/evaluation.ts'
export { domainPairs, generatePairs, readPairs, readPrompts, recordedReference } from './stored/pairs.ts'
export { composePatches, createPatch, patchStore, readPatch } from './stored/patches.ts'
export { compressPatches, hardenPatch, trainPatch } from './stored/training.ts'
