import type { Storage } from '@policypatch/core'
import { defaultStorage } from '#default-storage'

/** Options with the platform's storage, where they have a path that core keeps a run in and no storage. */
export const kept = <T extends { readonly path?: string; readonly storage?: Storage }>(options: T): T =>
  options.path === undefined || options.storage ? options : { ...options, storage: defaultStorage() }
