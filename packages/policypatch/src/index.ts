/**
 * What most programs need. What each step of the pipeline has besides is behind a door of its own.
 *
 * @module policypatch
 */

import './platform-storage.ts'

// What is exported by name takes the place of core's export of that name.

export { fileStorage } from '@policypatch/backend-node'
export * from '@policypatch/core'
export { endpointReference } from './endpoints.ts'
export { jsonJudge } from './judges/json-judge.ts'
export { loadModel } from './load-model.ts'
export { defineConfig } from './options/project-config.ts'
export { patchStore } from './patches/patch-store.ts'
export { readPatch } from './patches/read-patch.ts'
