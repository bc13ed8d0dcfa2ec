import { expect, test } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import { PatchError } from '../../errors.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { createPatch } from './create-patch.ts'
import { readPatch } from './read-patch.ts'
import { writePatch } from './write-patch.ts'

const version = (number: string, value: number) =>
  createPatch({
    manifest: { ...tinyManifest, version: number },
    prefix: { length: 4, embeddings: tinyPrefix.embeddings.map((x) => x * value) },
  })

/** A storage whose changes fail from the n-th on, as when the process is killed or the disk is full. */
function failingAfter(storage: Storage, changes: number): Storage {
  let left = changes
  const spend = () => {
    if (left-- > 0) return
    throw new PatchError('STORAGE_FAILED', { expected: 'room', found: 'none', remedy: 'Free some space' })
  }
  return {
    ...storage,
    async write(path, bytes) {
      spend()
      await storage.write(path, bytes)
    },
    async remove(path) {
      if (!(await storage.exists(path))) return
      spend()
      await storage.remove(path)
    },
  }
}

test('stopped at any change, the directory holds the patch before or the new one, whole', async () => {
  const [one, two, three] = await Promise.all([version('1.0.0', 1), version('2.0.0', 2), version('3.0.0', 3)])
  const seen: string[] = []
  for (let changes = 0; ; changes++) {
    const storage = memoryStorage()
    await writePatch({ storage, path: 'tiny' }, one)
    const failure = await writePatch({ storage: failingAfter(storage, changes), path: 'tiny' }, two).then(
      () => undefined,
      (error: PatchError) => error.code,
    )
    const read = await readPatch({ storage, path: 'tiny' })
    expect(read.files).toEqual(read.manifest.version === '2.0.0' ? two.files : one.files)
    seen.push(read.manifest.version)

    await writePatch({ storage, path: 'tiny' }, three)
    expect((await readPatch({ storage, path: 'tiny' })).files).toEqual(three.files)
    expect(await storage.list('tiny')).toEqual(Object.keys(three.files).sort())
    if (failure === undefined) break
    expect(failure).toBe('STORAGE_FAILED')
  }
  expect(seen).toEqual([...seen].sort())
  expect(new Set(seen)).toEqual(new Set(['1.0.0', '2.0.0']))
})

test('stopped in a new directory, there is no patch', async () => {
  const one = await version('1.0.0', 1)
  for (let changes = 0; changes < 4; changes++) {
    const storage = memoryStorage()
    await expect(writePatch({ storage: failingAfter(storage, changes), path: 'tiny' }, one)).rejects.toThrow(
      PatchError,
    )
    expect(await storage.exists('tiny/patch.json')).toBe(false)
    await expect(readPatch({ storage, path: 'tiny' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  }
})
