/**
 * The API that most programs need. Each step of the pipeline has an entry point of its own for the rest.
 *
 * @module policypatch/browser
 */

import './platform-storage.ts'

// Named exports take precedence over core's exports of the same name.

export { fetchStorage, opfsStorage } from '@policypatch/backend-web'
export * from '@policypatch/core'
export { loadModel } from './browser/load-model.ts'
export { patchStore } from './patches/patch-store.ts'
