import { PatchError } from '../errors.ts'
import type { Storage } from './storage.ts'

/** A file or a folder of a storage. */
export interface StoredPlace {
  readonly storage: Storage
  /** In the storage, with `/` between names. */
  readonly path: string
}

/**
 * Where something is read or kept: a path in the platform's own storage (this machine's files, or what the browser keeps for a
 * site), or a path in another storage. Every function that reads or writes takes its place in this form.
 */
export type Place = string | StoredPlace

let platform: (() => Storage) | undefined

/**
 * Says where a path alone leads. The package `policypatch` has done so when it is imported; whoever imports `@policypatch/core`
 * alone may, or gives a storage with each path.
 */
export function setPlatformStorage(storage: (() => Storage) | undefined): void {
  platform = storage
}

/** A place with its storage. `INVALID_ARGUMENT` for a path alone where no platform has said where it leads. */
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

/** The path of a folder without slashes at its end. */
export const plainPath = (path: string): string => path.replace(/\/+$/, '')

/** A file whose name goes on from that of a place, as a journal's does from that of the file it is for. */
export const beside = ({ storage, path }: StoredPlace, ending: string): StoredPlace => ({
  storage,
  path: `${path}${ending}`,
})

/** What is in a folder under a name, or at a path from there. */
export const within = ({ storage, path }: StoredPlace, name: string): StoredPlace => ({
  storage,
  path: path === '' ? name : `${plainPath(path)}/${name}`,
})
