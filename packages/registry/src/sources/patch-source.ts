import { type Patch, readPatch } from '@policypatch/core'
import type { PatchFiles, PatchManifest } from '@policypatch/core/patch'
import { memoryStorage } from '@policypatch/core/platform'

/** What versions are chosen by. */
export type VersionSummary = Pick<
  PatchManifest,
  'name' | 'version' | 'base' | 'requires' | 'conflicts' | 'supersedes'
>

/** A version of a patch that a source has. */
export interface OfferedVersion {
  readonly version: string
  /** Where it is, exactly, as policypatch.lock has it. */
  readonly source: string
  /** Why its publisher has withdrawn it. */
  readonly yanked?: string
  /** What it says of itself; some sources must read it whole for that. */
  describe(): Promise<VersionSummary>
  /** Reads and checks all of it, as `readPatch` does. */
  read(): Promise<Patch>
}

/** Where patches come from: a folder or archive, an address, npm, the Hub, a repository. */
export interface PatchSource {
  readonly specificationVersion: 'v1'
  /** The versions that were asked for, from the newest to the oldest, those that were withdrawn among them. */
  versions(): Promise<readonly OfferedVersion[]>
}

/** A version of which nothing is known before it is read; it is read once. */
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
 * The patch of files that are in memory already, checked as any other.
 *
 * @param name a folder's name, for messages
 * @throws the errors of `readPatch`
 */
export async function patchOfFiles(files: PatchFiles, name: string): Promise<Patch> {
  const storage = memoryStorage()
  for (const [file, bytes] of Object.entries(files)) await storage.write(`${name}/${file}`, bytes)
  return readPatch({ storage, path: name })
}
