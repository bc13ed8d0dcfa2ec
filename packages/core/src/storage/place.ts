import { PatchError } from '../errors.ts'
import type { Storage } from './storage.ts'

/** A file or folder in a storage. */
export interface StoredPlace {
  readonly storage: Storage
  /** Path in the storage, with `/` between names. */
  readonly path: string
}

/**
 * Where something is read or stored: a path in the platform's own storage (this machine's files, or the browser's storage for a
 * site), or a path in another storage. Every function that reads or writes takes its place in this form.
 */
export type Place = string | StoredPlace

let platform: (() => Storage) | undefined

/**
 * Sets the storage for bare paths. Importing the package `policypatch` does so; users of `@policypatch/core` alone can do it
 * themselves, or give a storage with each path.
 */
export function setPlatformStorage(storage: (() => Storage) | undefined): void {
  platform = storage
}

/** A place with its storage. `INVALID_ARGUMENT` for a bare path if no platform storage is set. */
export function storedAt(place: Place): StoredPlace
export function storedAt(place: Place | undefined): StoredPlace | undefined
export function storedAt(place: Place | undefined): StoredPlace | undefined {
  if (typeof place !== 'string') return place
  if (platform) return { storage: platform(), path: place }
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a place such as { storage, path }',
    found: `the path '${place}' alone`,
    remedy: "Give a storage with it, or import 'policypatch'",
  })
}

/** A folder's path without trailing slashes. */
export const plainPath = (path: string): string => path.replace(/\/+$/, '')

/** A file whose name is a place's plus an ending, as a journal's is beside its file. */
export const beside = ({ storage, path }: StoredPlace, ending: string): StoredPlace => ({
  storage,
  path: `${path}${ending}`,
})

/** A name, or a relative path, within a folder. */
export const within = ({ storage, path }: StoredPlace, name: string): StoredPlace => ({
  storage,
  path: path === '' ? name : `${plainPath(path)}/${name}`,
})
