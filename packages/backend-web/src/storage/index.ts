/** The storages that need no model runtime, and nothing from a browser but Blob, so they also work in Node. */
export { type FetchStorageOptions, fetchStorage } from './fetch-storage.ts'
export { filesStorage, type NamedBlob } from './files-storage.ts'
export { patchFolders } from './patch-folders.ts'
export { claimName, pathOf, type ZipNames } from './zip-names.ts'
export { type ZipStorageOptions, zipStorage } from './zip-storage.ts'
