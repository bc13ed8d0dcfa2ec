/**
 * The API that most programs need. Each step of the pipeline has an entry point of its own for the rest.
 *
 * @module policypatch
 */

import './platform-storage.ts'

// Named exports take precedence over core's exports of the same name.

export { fileStorage } from '@policypatch/backend-node'
export * from '@policypatch/core'
export { endpointReference } from './endpoints.ts'
export { jsonJudge } from './judges/json-judge.ts'
export { loadModel } from './load-model.ts'
export { defineConfig } from './options/project-config.ts'
export { patchStore } from './patches/patch-store.ts'
export { readPatch } from './patches/read-patch.ts'
