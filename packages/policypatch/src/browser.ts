/**
 * What most programs need. What each step of the pipeline has besides is behind a door of its own.
 *
 * @module policypatch/browser
 */

import './platform-storage.ts'

// What is exported by name takes the place of core's export of that name.

export { fetchStorage, opfsStorage } from '@policypatch/backend-web'
export * from '@policypatch/core'
export { loadModel } from './browser/load-model.ts'
export { patchStore } from './patches/patch-store.ts'
