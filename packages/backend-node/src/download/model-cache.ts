import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { storing } from '../files/storage-error.ts'

/**
 * A folder of downloaded models:
 *
 *     sha256/<digest>/<file>                      files whose content is known beforehand, whatever their source
 *     hub/<host>/<owner>/<name>/<commit>/<file>   a Hub repository at one commit
 *     hub/<host>/<owner>/<name>/refs/…            the commit of a branch or tag when it was fetched
 *     verified/<file>.json                        the digest that a file was found to have, and when
 *     digests/<digest of the path>.json           the digest of a model's weights, and the file it was computed from
 *     weights/<digest>/…                          a model's weights, rounded to int8
 *     temporary/                                  packages being unpacked
 *
 * A file gets its final name only once it is complete and verified, and is checked again before each use.
 */
export interface ModelCache {
  readonly folder: string
  /** The path of an entry. Segments that would lead out of the cache are rejected. */
  path(...segments: readonly string[]): string
  /** Runs `use` with an empty folder on the cache's file system, and removes it afterwards in any case. */
  withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T>
}

/**
 * `POLICYPATCH_CACHE`, else `XDG_CACHE_HOME`/policypatch, else in the platform's cache folder: `~/.cache` on Linux,
 * `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
 */
export function defaultCacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const { POLICYPATCH_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment
  if (POLICYPATCH_CACHE) return POLICYPATCH_CACHE
  // The XDG specification says to ignore relative paths.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'policypatch')
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'policypatch')
  if (platform === 'win32') {
    return join(LOCALAPPDATA || join(home, 'AppData', 'Local'), 'policypatch', 'Cache')
  }
  return join(home, '.cache', 'policypatch')
}

export function modelCache(folder: string = defaultCacheFolder()): ModelCache {
  const path = (...segments: readonly string[]) => {
    for (const segment of segments) {
      if (/^[^/\\]+$/.test(segment) && segment !== '.' && segment !== '..') continue
      throw new PatchError('INVALID_ARGUMENT', {
        expected: 'the name of a file or folder',
        found: `'${segment}'`,
        remedy: 'Remove slashes and dots',
      })
    }
    // Windows reserves colons for drives.
    return join(folder, ...segments.map((segment) => segment.replaceAll(':', '_')))
  }
  return {
    folder,
    path,
    async withTemporaryFolder(use) {
      const parent = path('temporary')
      const temporary = await storing(parent, async () => {
        await mkdir(parent, { recursive: true })
        return mkdtemp(join(parent, 'fetch-'))
      })
      try {
        return await use(temporary)
      } finally {
        await rm(temporary, { recursive: true, force: true })
      }
    },
  }
}

/** The name in messages of a file that is identified by its digest, whatever its source. */
export function pinnedName(file: string, sha256: string): string {
  return `${file} (SHA-256 ${sha256})`
}
