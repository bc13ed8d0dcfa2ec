import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { storing } from '../files/storage-error.ts'

/**
 * A folder of models that were fetched:
 *
 *     sha256/<digest>/<file>                      files whose content is known beforehand, whoever served them
 *     hub/<host>/<owner>/<name>/<commit>/<file>   a Hub repository at one commit
 *     hub/<host>/<owner>/<name>/refs/…            what a branch or tag was when it was fetched
 *     verified/<file>.json                        the digest that a file was found to have, and when
 *     digests/<digest of the path>.json           the digest of a model's weights, and of which file it was computed
 *     weights/<digest>/…                          a model's weights, rounded to int8
 *     temporary/                                  packages being unpacked
 *
 * A file has its final name only when it is whole and verified; before each use it is seen whether it still is.
 */
export interface ModelCache {
  readonly folder: string
  /** The absolute path of an entry; a segment that would lead out of the cache is refused. */
  path(...segments: readonly string[]): string
  /** Runs `use` with an empty folder on the cache's file system, and removes it whatever happens. */
  withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T>
}

/**
 * `POLICYPATCH_CACHE`, else `XDG_CACHE_HOME`/policypatch, else the platform's own place: `~/.cache` on Linux,
 * `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
 */
export function defaultCacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const { POLICYPATCH_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment
  if (POLICYPATCH_CACHE) return POLICYPATCH_CACHE
  // The XDG specification has relative paths ignored.
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
    // Windows keeps colons for drives.
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

/** What a file whose content is known beforehand is called, whoever served it. */
export function pinnedName(file: string, sha256: string): string {
  return `${file} (SHA-256 ${sha256})`
}
