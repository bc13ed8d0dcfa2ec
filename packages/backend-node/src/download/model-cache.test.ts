import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { defaultCacheFolder, modelCache } from './model-cache.ts'

test.each([
  [{ POLICYPATCH_CACHE: '/own', XDG_CACHE_HOME: '/xdg' }, 'linux', '/own'],
  [{ XDG_CACHE_HOME: '/xdg' }, 'darwin', '/xdg/policypatch'],
  [{ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/me/.cache/policypatch'],
  [{}, 'linux', '/home/me/.cache/policypatch'],
  [{}, 'darwin', '/home/me/Library/Caches/policypatch'],
  [{ LOCALAPPDATA: '/local' }, 'win32', '/local/policypatch/Cache'],
] as const)('the cache of %j on %s is %s', (environment, platform, folder) => {
  expect(defaultCacheFolder(environment, platform, '/home/me')).toBe(join(folder))
})

test.each(['..', '.', '', 'a/b', 'a\\b'])('the segment "%s" does not lead out of the cache', (segment) => {
  expect(() => modelCache('/cache').path('hub', segment)).toThrow(/Expected the name of a file or folder/)
})

test('a temporary folder goes, even when its use fails', async () => {
  const cache = modelCache(await temporaryFolder())
  const failing = cache.withTemporaryFolder(async (folder) => {
    expect(existsSync(folder)).toBe(true)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(readdirSync(cache.path('temporary'))).toEqual([])
})
