import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import * as core from '@policypatch/core'
import type * as corePatch from '@policypatch/core/patch'
import type { Place } from '@policypatch/core/platform'
import { statePlaces } from '../installed/state-context.ts'
import { patchStore } from './patch-store.ts'

/** A patch's name with the requested version. */
export interface PatchSpec {
  readonly name: string
  readonly version: string | undefined
}

/** Parses `NAME` or `NAME@VERSION`. */
export function parsePatchSpec(text: string): PatchSpec {
  const at = text.indexOf('@')
  return at < 0
    ? { name: text, version: undefined }
    : { name: text.slice(0, at), version: text.slice(at + 1) }
}

/**
 * Reads and checks a patch: from a folder, else the installed patch `NAME` or `NAME@VERSION`, else the package's own patch of
 * that name. For a place with a storage, only folders are read. See core's `readPatch`.
 */
export async function readPatch(place: Place, options: corePatch.ReadPatchOptions = {}): Promise<core.Patch> {
  if (typeof place !== 'string' || !isPatchSpec(place)) return core.readPatch(place, options)
  const files = fileStorage()
  const isFolder = await files.exists(`${place}/patch.json`)
  const named = isFolder ? undefined : await namedPatch(parsePatchSpec(place), options)
  if (named) return named
  if (isFolder || (await files.exists(place))) return core.readPatch(place, options)
  throw new core.PatchError('NOT_FOUND', {
    expected: `a folder ${place} with a patch, or a patch of that name`,
    found: 'none in this folder, none installed, and none that comes with policypatch',
    remedy: 'Check the path; `policypatch list` shows the names',
  })
}

const isPatchSpec = (text: string) => /^[a-z\d][a-z\d._-]{0,63}(@[\w.+-]+)?$/.test(text)

/** Undefined if no version of it is installed or comes with the package. */
async function namedPatch(
  { name, version }: PatchSpec,
  options: corePatch.ReadPatchOptions,
): Promise<core.Patch | undefined> {
  const { storeFolder, versionInUse } = await import('@policypatch/registry/state')
  let other: string | undefined
  for (const place of await statePlaces()) {
    const store = patchStore(storeFolder(place), options)
    const used = version ?? (await versionInUse(place, name))
    const installed = await store.versions(name)
    if (used === undefined ? installed.length > 0 : installed.includes(used)) return store.get(name, used)
    if (version === undefined && used !== undefined) throw notFetched(name, used)
    if (installed.length > 0) other ??= storeFolder(place)
  }
  const shipped = await shippedPatch(name, version, options)
  // `get` throws an error that lists the available versions.
  return shipped ?? (other === undefined ? undefined : patchStore(other, options).get(name, version))
}

const notFetched = (name: string, version: string) =>
  new core.PatchError('NOT_FOUND', {
    expected: `${name} ${version}, as locked in policypatch.lock`,
    found: 'that it is not installed on this machine',
    remedy: 'Run `policypatch ci`',
  })

const inPackage = () =>
  fileStorage(dirname(createRequire(import.meta.url).resolve('policypatch/package.json')))

/** The patches that come with the package, by name. */
export async function shippedPatches(): Promise<readonly corePatch.InstalledPatch[]> {
  const storage = inPackage()
  const patches: corePatch.InstalledPatch[] = []
  for (const name of await storage.list('patches')) {
    if (!(await storage.exists(`patches/${name}/patch.json`))) continue
    const { manifest, bytes } = await core.readPatch({ storage, path: `patches/${name}` })
    patches.push({ name, version: manifest.version, domain: manifest.domain, bytes })
  }
  return patches.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The package's own patch of that name, in that version if one is given; undefined if there is none. */
export async function shippedPatch(
  name: string,
  version?: string,
  options: corePatch.ReadPatchOptions = {},
): Promise<core.Patch | undefined> {
  const storage = inPackage()
  if (!(await storage.exists(`patches/${name}/patch.json`))) return undefined
  const patch = await core.readPatch({ storage, path: `patches/${name}` }, options)
  return version === undefined || version === patch.manifest.version ? patch : undefined
}
