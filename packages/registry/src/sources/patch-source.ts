import { type Patch, readPatch } from '@policypatch/core'
import type { PatchFiles, PatchManifest } from '@policypatch/core/patch'
import { memoryStorage } from '@policypatch/core/platform'

/** What versions are chosen by, from their manifests. */
export type VersionSummary = Pick<
  PatchManifest,
  'name' | 'version' | 'base' | 'requires' | 'conflicts' | 'supersedes'
>

/** A version of a patch that a source has. */
export interface OfferedVersion {
  readonly version: string
  /** Its exact source, as in policypatch.lock. */
  readonly source: string
  /** Why its publisher has withdrawn it. */
  readonly yanked?: string
  /** Its summary. Some sources must read the whole patch for it. */
  describe(): Promise<VersionSummary>
  /** Reads and checks all of it, as `readPatch` does. */
  read(): Promise<Patch>
}

/** Where patches come from: a folder or archive, a URL, npm, the Hub, or a repository. */
export interface PatchSource {
  readonly specificationVersion: 'v1'
  /** The versions of what was asked for, from newest to oldest, including withdrawn ones. */
  versions(): Promise<readonly OfferedVersion[]>
}

/** A version about which nothing is known until it is read. It is read once. */
export function unreadVersion(
  version: string,
  source: string,
  readOnce: () => Promise<Patch>,
): OfferedVersion {
  let patch: Promise<Patch> | undefined
  const read = () => {
    patch ??= readOnce()
    return patch
  }
  return { version, source, read, describe: async () => (await read()).manifest }
}

/** A version that has been read. */
export const readVersion = (patch: Patch, source: string): OfferedVersion =>
  unreadVersion(patch.manifest.version, source, async () => patch)

/**
 * The patch of files that are already in memory, checked like any other.
 *
 * @param name a folder's name, for messages
 * @throws the errors of `readPatch`
 */
export async function patchOfFiles(files: PatchFiles, name: string): Promise<Patch> {
  const storage = memoryStorage()
  for (const [file, bytes] of Object.entries(files)) await storage.write(`${name}/${file}`, bytes)
  return readPatch({ storage, path: name })
}
