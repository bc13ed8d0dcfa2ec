import type { Storage } from '@policypatch/core'
import { defaultStorage } from '#default-storage'

/** Options with the platform's storage, where they have a path that core keeps a run in and no storage. */
export const kept = <
  T extends { readonly path?: string | undefined; readonly storage?: Storage | undefined },
>(
  options: T,
): T => (options.path === undefined || options.storage ? options : { ...options, storage: defaultStorage() })

/** The same for options of a run that is kept in a directory. */
export const keptInDirectory = <
  T extends { readonly directory?: string | undefined; readonly storage?: Storage | undefined },
>(
  options: T,
): T =>
  options.directory === undefined || options.storage ? options : { ...options, storage: defaultStorage() }
