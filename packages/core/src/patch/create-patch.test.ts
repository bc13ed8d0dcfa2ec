import { expect, test } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../test/patch/tiny-patch.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { createPatch } from './create-patch.ts'
import { readPatch } from './read-patch.ts'

test('what is saved is what is read', async () => {
  const storage = memoryStorage()
  const patch = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix, storage })
  await patch.save('patches/tiny/')
  const read = await readPatch(storage, 'patches/tiny')
  expect(read.prefix).toEqual(tinyPrefix)
  expect(read.manifest).toEqual({ ...tinyManifest, files: expect.any(Object) })
  expect(read.files).toEqual(patch.files)
  expect(read.parameters).toBe(64)
  expect(await storage.list('patches/tiny')).toEqual([
    'README.md',
    'adapter_config.json',
    'adapter_model.safetensors',
    'patch.json',
  ])
  let bytes = 0
  for (const file of await storage.list('patches/tiny'))
    bytes += (await storage.read(`patches/tiny/${file}`)).length
  expect([patch.bytes, read.bytes]).toEqual([bytes, bytes])
})

test('the same contents give the same bytes, whatever the order of their keys', async () => {
  const reversed = Object.fromEntries(
    Object.entries(tinyManifest).reverse(),
  ) as unknown as typeof tinyManifest
  const one = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  const two = await createPatch({ manifest: reversed, prefix: tinyPrefix })
  expect(two.files).toEqual(one.files)
})

test('a copy is kept: training on changes no patch', async () => {
  const prefix = { length: 4, embeddings: tinyPrefix.embeddings.slice() }
  const patch = await createPatch({ manifest: tinyManifest, prefix })
  prefix.embeddings.fill(0)
  expect(patch.prefix).toEqual(tinyPrefix)
})

test('saving without a storage says what to pass', async () => {
  const patch = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  await expect(patch.save('patches/tiny')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    remedy: expect.stringContaining('patch.save(directory, storage)'),
  })
  const storage = memoryStorage()
  await patch.save('patches/tiny', storage)
  expect((await readPatch(storage, 'patches/tiny')).manifest.name).toBe('tiny-harmfulness')
})

test('a prefix that is not what the manifest says, or not finite, is refused', async () => {
  const create = (length: number, embeddings: Float32Array) =>
    createPatch({ manifest: tinyManifest, prefix: { length, embeddings } })
  await expect(create(5, new Float32Array(80))).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  await expect(create(4, new Float32Array(63))).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  const broken = tinyPrefix.embeddings.with(35, Number.NaN)
  await expect(create(4, broken)).rejects.toMatchObject({
    code: 'NOT_FINITE',
    found: 'NaN in virtual token 2, dimension 3',
  })
})
