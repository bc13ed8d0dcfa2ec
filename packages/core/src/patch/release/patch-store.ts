import { PatchError } from '../../errors.ts'
import { type Place, plainPath, storedAt } from '../../storage/place.ts'
import { readWithin } from '../../storage/storage.ts'
import { excerpt } from '../../text/printable.ts'
import type { Patch } from '../patch.ts'
import type { Trust } from '../trust/trust.ts'
import { manifestFile, patchNamePattern } from './parse-manifest.ts'
import { heldManifest, mostManifestBytes } from './patch-folder.ts'
import { readPatch } from './read-patch.ts'
import { compareVersions, isPrerelease, semanticVersion } from './semantic-version.ts'
import { writePatch } from './write-patch.ts'

export interface InstalledPatch {
  readonly name: string
  readonly version: string
  readonly domain: string
  readonly bytes: number
}

/** Installed patches. Several versions of each can coexist, so that a patch can be upgraded and rolled back. */
export interface PatchStore {
  /** Every installed patch, by name, oldest version first. */
  list(): Promise<readonly InstalledPatch[]>
  /** Installed versions of a patch, oldest first; empty if it is not installed. */
  versions(name: string): Promise<readonly string[]>
  /** Installs a patch. `INVALID_ARGUMENT` if different contents are installed under its name and version. */
  install(patch: Patch): Promise<void>
  /** The given version, or the newest; a pre-release only if there is no release. `NOT_FOUND`. */
  get(name: string, version?: string): Promise<Patch>
  /** Removes one version of a patch, or all. `NOT_FOUND` if it is not installed. */
  remove(name: string, version?: string): Promise<void>
}

export interface PatchStoreOptions {
  /** Decides which patches to install and return: others are refused, with `SIGNATURE_INVALID` or `NOT_TRUSTED`. Absent: all. */
  readonly trust?: Trust | undefined
}

/** A PatchStore that keeps each patch in `<root>/<name>/<version>/`. */
export function patchStore(root: Place, { trust }: PatchStoreOptions = {}): PatchStore {
  const { storage, path } = storedAt(root)
  const base = plainPath(path)
  const folder = (name: string, version: string) => `${base}/${name}/${version}`

  const children = async (directory: string) =>
    (await storage.exists(directory)) ? storage.list(directory) : []

  const versions = async (name: string): Promise<string[]> => {
    checkName(name)
    const found: string[] = []
    for (const version of (await children(`${base}/${name}`)).filter((entry) =>
      semanticVersion.test(entry),
    )) {
      // A folder without patch.json remains from an interrupted installation or removal.
      if (await heldManifest(storage, folder(name, version))) found.push(version)
    }
    return found.sort(compareVersions)
  }

  const installed = async (name: string, version: string | undefined): Promise<readonly string[]> => {
    const all = await versions(name)
    const chosen = version === undefined ? all : all.filter((held) => held === version)
    if (chosen.length > 0) return chosen
    throw new PatchError('NOT_FOUND', {
      expected: `patch ${name}${version === undefined ? '' : ` ${version}`} in ${base}`,
      found: all.length > 0 ? `versions ${all.join(', ')}` : 'no version',
      remedy: 'Install it, or use an installed one',
    })
  }

  return {
    versions,
    async list() {
      const found: InstalledPatch[] = []
      for (const name of (await children(base)).filter((entry) => patchNamePattern.test(entry))) {
        for (const version of await versions(name)) {
          const { manifest, bytes } = await readPatch({ storage, path: folder(name, version) })
          found.push({ name, version, domain: manifest.domain, bytes })
        }
      }
      return found
    },
    async install(patch) {
      const { name, version } = patch.manifest
      checkName(name)
      await trust?.verify(patch)
      const place = folder(name, version)
      const held = await heldManifest(storage, place)
      if (held !== undefined) {
        const before = await readWithin(storage, held, mostManifestBytes, { inside: place })
        if (!sameBytes(before, patch.files[manifestFile])) {
          throw new PatchError('INVALID_ARGUMENT', {
            expected: `${name} ${version} to be the same as the installed patch with this version`,
            found: 'different contents',
            remedy: 'Give the new patch a new version, or remove the installed one first',
          })
        }
      }
      await writePatch({ storage, path: place }, patch)
    },
    async get(name, version) {
      const found = await installed(name, version)
      const newest = found.findLast((held) => !isPrerelease(held)) ?? found.at(-1)
      return readPatch({ storage, path: folder(name, newest as string) }, { trust })
    },
    async remove(name, version) {
      for (const held of await installed(name, version)) {
        // The manifest first, so that an interrupted removal leaves no half of a patch that looks complete.
        await storage.remove(`${folder(name, held)}/${manifestFile}`)
        await storage.remove(folder(name, held))
      }
      if ((await children(`${base}/${name}`)).length === 0) await storage.remove(`${base}/${name}`)
    },
  }
}

function checkName(name: string): void {
  if (patchNamePattern.test(name)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'the name of a patch: 1 to 64 of a-z, 0-9, ".", "_" and "-"',
    found: excerpt(name),
    remedy: 'Use the name in its patch.json',
  })
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, i) => byte === b[i])
}
