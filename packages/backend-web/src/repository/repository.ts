import { PatchError } from '@policypatch/core'
import { compareVersions, type PatchFiles, parseManifest } from '@policypatch/core/patch'
import { excerpt, parseJsonFile } from '@policypatch/core/platform'
import { readPatchArchive } from './patch-archive.ts'
import { type PatchTarget, patchTargetOf, summaryOf } from './patch-target.ts'
import type { TargetFile, TargetsRole } from './targets-role.ts'

/** A version of a patch in a repository. */
export interface RepositoryVersion extends PatchTarget {
  /** SHA-256 (hex) of its archive. */
  readonly digest: string
  /** Size of its archive. */
  readonly bytes: number
}

/** A repository of patches, as its owner had signed it when it was opened. */
export interface Repository {
  readonly url: string
  /** All versions of all patches, by name and from oldest to newest, including withdrawn ones. */
  list(): Promise<readonly RepositoryVersion[]>
  /** The versions of a patch from oldest to newest, including withdrawn ones; empty if there is no such patch. */
  versions(name: string): Promise<readonly RepositoryVersion[]>
  /**
   * The files of a version, including its signature. Their archive is the one that the repository's owner signed, and their
   * patch.json agrees with the repository.
   *
   * @throws PatchError `NOT_FOUND`; `DIGEST_MISMATCH` for a different archive; `MALFORMED` for one that contradicts the
   *   repository
   */
  read(name: string, version: string): Promise<PatchFiles>
  /** Its advisories: records in the OSV format, unchecked. */
  advisories(): Promise<readonly unknown[]>
}

/** A client of The Update Framework that has updated a repository's metadata. */
export interface TrustedTargets {
  readonly url: string
  /** The verified roles that are responsible for a path, in order of precedence. */
  rolesFor(path: string): Promise<readonly TargetsRole[]>
  /** The bytes of a file, verified against its length and digests. */
  bytes(path: string, target: TargetFile): Promise<Uint8Array>
}

/** Most bytes of an archive: 300 times the size of a patch. */
const mostArchiveBytes = 64 * 2 ** 20

/** A repository over the targets that a client has verified. */
export function repositoryOf(client: TrustedTargets): Repository {
  /** The first role that lists a path decides what it is. */
  const filesBelow = async (folder: string): Promise<ReadonlyMap<string, TargetFile>> => {
    const files = new Map<string, TargetFile>()
    for (const { targets } of await client.rolesFor(`${folder}/-`)) {
      for (const [path, target] of Object.entries(targets)) {
        if (path.startsWith(`${folder}/`) && !files.has(path)) files.set(path, target)
      }
    }
    return files
  }

  const versions = async (name: string): Promise<RepositoryVersion[]> => {
    const found: RepositoryVersion[] = []
    for (const [path, { custom, length, hashes }] of await filesBelow(name)) {
      const target = patchTargetOf(path, custom)
      if (!target || target.name !== name) continue
      if (hashes.sha256 === undefined) throw noDigest(path)
      found.push({ ...target, digest: hashes.sha256, bytes: length })
    }
    return found.sort((a, b) => compareVersions(a.version, b.version))
  }

  return {
    url: client.url,
    versions,
    async list() {
      const [top] = await client.rolesFor('-')
      const patterns = (top?.delegations?.roles ?? []).flatMap(({ paths = [] }) => paths)
      const names = new Set<string>()
      // For each pattern, a path that matches it leads to the roles that may have files there.
      for (const probe of new Set(['-', ...patterns.map((pattern) => pattern.replace(/[*?]/g, '-'))])) {
        for (const { targets } of await client.rolesFor(probe)) {
          for (const path of Object.keys(targets)) names.add(path.split('/')[0] as string)
        }
      }
      const all: RepositoryVersion[] = []
      for (const name of [...names].sort()) all.push(...(await versions(name)))
      return all
    },
    async read(name, version) {
      const all = await filesBelow(name)
      for (const [path, file] of all) {
        const target = patchTargetOf(path, file.custom)
        if (target?.name !== name || target.version !== version) continue
        if (file.length > mostArchiveBytes) throw tooLarge(path, file.length)
        const files = await readPatchArchive(await client.bytes(path, file))
        checkSummary(target, files)
        return files
      }
      throw new PatchError('NOT_FOUND', {
        expected: `${excerpt(name)}@${excerpt(version)} in ${client.url}`,
        found:
          all.size > 0 ? (await versions(name)).map((one) => one.version).join(', ') : 'no version of it',
        remedy: 'Ask for a version that is there',
      })
    },
    async advisories() {
      const files = [...(await filesBelow('advisories'))].sort(([a], [b]) => (a < b ? -1 : 1))
      return Promise.all(
        files.map(async ([path, file]) => parseJsonFile(await client.bytes(path, file), path)),
      )
    },
  }
}

/** Checks that a patch is what it was chosen for: it must not require, claim or fit anything other than its repository says. */
function checkSummary({ name, version, summary }: PatchTarget, files: PatchFiles): void {
  const manifest = parseManifest(files['patch.json'] ?? new Uint8Array())
  const own = { name: manifest.name, version: manifest.version, ...summaryOf(manifest) }
  if (JSON.stringify(own) === JSON.stringify({ name, version, ...summary })) return
  throw new PatchError('MALFORMED', {
    expected: `the archive of ${name}@${version} to be as the repository describes it`,
    found: `a patch.json of ${manifest.name}@${manifest.version} that says otherwise`,
    remedy: 'Ask the publisher of the repository; nothing of that patch is used',
  })
}

const noDigest = (path: string) =>
  new PatchError('UNSUPPORTED', {
    expected: `the SHA-256 of ${path} in its repository`,
    found: 'none',
    remedy: 'Ask the publisher to sign it with one',
  })

const tooLarge = (path: string, bytes: number) =>
  new PatchError('UNSUPPORTED', {
    expected: `an archive of at most ${mostArchiveBytes} bytes at ${path}`,
    found: `${bytes}`,
    remedy: 'Ask the publisher of the repository: patches are far smaller',
  })
