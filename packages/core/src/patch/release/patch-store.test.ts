import { beforeEach, expect, test } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { createPatch } from './create-patch.ts'
import { type PatchStore, patchStore } from './patch-store.ts'

let storage: Storage
let store: PatchStore
const make = (name: string, version: string, domain = 'harmfulness') =>
  createPatch({ manifest: { ...tinyManifest, name, version, domain }, prefix: tinyPrefix })

beforeEach(() => {
  storage = memoryStorage()
  store = patchStore({ storage, path: 'installed/' })
})

test('an empty store', async () => {
  expect(await store.list()).toEqual([])
  expect(await store.versions('a')).toEqual([])
  await expect(store.get('a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('upgrade and roll back', async () => {
  for (const version of ['1.9.0', '1.10.0', '2.0.0-beta.1']) await store.install(await make('a', version))
  await store.install(await make('b', '0.1.0-alpha', 'toxicity'))
  expect((await store.list()).map(({ name, version, domain }) => [name, version, domain])).toEqual([
    ['a', '1.9.0', 'harmfulness'],
    ['a', '1.10.0', 'harmfulness'],
    ['a', '2.0.0-beta.1', 'harmfulness'],
    ['b', '0.1.0-alpha', 'toxicity'],
  ])
  expect((await store.list())[0]?.bytes).toBe((await make('a', '1.9.0')).bytes)
  expect((await store.get('a')).manifest.version).toBe('1.10.0')
  expect((await store.get('a', '2.0.0-beta.1')).manifest.version).toBe('2.0.0-beta.1')
  expect((await store.get('b')).manifest.version).toBe('0.1.0-alpha')

  await store.remove('a', '1.10.0')
  expect((await store.get('a')).manifest.version).toBe('1.9.0')
  await expect(store.get('a', '1.10.0')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    found: 'versions 1.9.0, 2.0.0-beta.1',
  })
  await store.remove('a')
  expect(await store.versions('a')).toEqual([])
  expect(await storage.list('installed')).toEqual(['b'])
})

test('files are kept byte for byte', async () => {
  const patch = await make('a', '1.0.0')
  await store.install(patch)
  expect((await store.get('a')).files).toEqual(patch.files)
})

test('installing again is harmless, and repairs; different contents need another version', async () => {
  const patch = await make('a', '1.0.0')
  await store.install(patch)
  await storage.write('installed/a/1.0.0/README.md', new Uint8Array())
  await expect(store.get('a')).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
  await store.install(patch)
  expect((await store.get('a')).manifest.version).toBe('1.0.0')
  await expect(store.install(await make('a', '1.0.0', 'toxicity'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})

test('what an interrupted installation left is no patch', async () => {
  await store.install(await make('a', '1.0.0'))
  await storage.remove('installed/a/1.0.0/patch.json')
  expect(await store.list()).toEqual([])
  await expect(store.remove('a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await store.install(await make('a', '1.0.0'))
  expect(await store.versions('a')).toEqual(['1.0.0'])
})

test('names and versions cannot lead out of the store', async () => {
  await storage.write('secret/1.0.0/patch.json', new Uint8Array(1))
  for (const name of ['../secret', '..', '', 'A', 'a/b']) {
    await expect(store.remove(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(store.get(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
  await store.install(await make('a', '1.0.0'))
  await expect(store.remove('a', '../../secret')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await storage.exists('secret/1.0.0/patch.json')).toBe(true)
})
