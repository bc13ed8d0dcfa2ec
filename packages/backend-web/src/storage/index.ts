/** The storages that need nothing of a browser but Blob, and no runtime of models: Node has them too. */
export { type FetchStorageOptions, fetchStorage } from './fetch-storage.ts'
export { filesStorage, type NamedBlob } from './files-storage.ts'
export { patchFolders } from './patch-folders.ts'
export { claimName, pathOf, type ZipNames } from './zip-names.ts'
export { type ZipStorageOptions, zipStorage } from './zip-storage.ts'
