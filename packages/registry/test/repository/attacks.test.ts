import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renewMetadata } from '../../src/repository/publish/renew-metadata.ts'
import { readState } from '../../src/repository/publish/repository-state.ts'
import { rotateKeys } from '../../src/repository/publish/rotate-keys.ts'
import { clients, copyOf, next, publish, readerOf, repository, roleIn } from './attacked-repository.ts'
import { forgedFiles } from './forged-metadata.ts'

describe.each(Object.entries(clients))('%s refuses', (_, open) => {
  const read = readerOf(open)

  describe('rollback', () => {
    it('of everything, to a state from before one that was seen', async () => {
      const one = await repository()
      const old = copyOf(one)
      await publish(one, '1.0.1')
      await read(old)
      await read(one)
      await expect(read(old)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
      await read(one)
    })

    it('of the snapshot, by the key of the timestamp', async () => {
      const one = await repository()
      const before = (await readState(one.folder)).timestamp
      await publish(one, '1.0.1')
      await read(one)
      const files = await forgedFiles(one, () => ({ timestamp: { meta: before.meta } }))
      await expect(read(one, files)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
    })

    it('of a publisher, by the keys of timestamp and snapshot', async () => {
      const one = await repository()
      const before = (await readState(one.folder)).snapshot.meta
      await publish(one, '1.0.1')
      await read(one)
      const files = await forgedFiles(one, () => ({ meta: before }))
      await expect(read(one, files)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
    })

    it('to a state without a publisher, by the same', async () => {
      const one = await repository()
      await read(one)
      const { 'publisher.json': _, ...less } = (await readState(one.folder)).snapshot.meta
      const without = await forgedFiles(one, () => ({ snapshot: { meta: less } }))
      await expect(read(one, without)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
    })

    it('of root', async () => {
      const one = await repository()
      const files = new Map([['metadata/2.root.json', one.root]])
      await expect(read(one, files)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
    })
  })

  describe('freeze', () => {
    const past = new Date(Date.now() - 40 * 86_400_000)
    it('of a state whose time is over, and a renewed one is read again', async () => {
      const one = await repository({ now: past })
      await expect(read(one)).rejects.toMatchObject({
        code: 'EXPIRED',
        message: expect.stringContaining('timestamp.json'),
      })
      await renewMetadata(one.options)
      await read(one)
    })

    it.each(['root', 'targets', 'snapshot'] as const)('that is over for %s alone', async (role) => {
      const one = await repository({ now: past, lifetimes: { timestamp: 400, [role]: 10 } })
      await expect(read(one)).rejects.toMatchObject({
        code: 'EXPIRED',
        message: expect.stringContaining(`${role}.json`),
      })
    })

    it('that is over for a publisher alone', async () => {
      const one = await repository()
      const files = await forgedFiles(one, ({ targets }) => ({
        targets: { publisher: { signed: { ...next(roleIn(targets)), expires: '2026-01-01T00:00:00Z' } } },
      }))
      await expect(read(one, files)).rejects.toMatchObject({
        code: 'EXPIRED',
        message: expect.stringContaining('publisher.json'),
      })
    })
  })

  describe('mix and match', () => {
    it.each([
      ['snapshot', 'metadata/2.snapshot.json', 'metadata/3.snapshot.json'],
      ['publisher', 'metadata/2.publisher.json', 'metadata/3.publisher.json'],
    ])('of %s', async (_name, old, now) => {
      const one = await repository({}, ['1.0.0', '1.0.1'])
      const files = new Map([[now, new Uint8Array(readFileSync(join(one.folder, old)))]])
      // A signature has 70 to 72 bytes, so that the older file may be the longer one, which is not even read to its end.
      const code = expect.stringMatching(/^(DIGEST_MISMATCH|UNSUPPORTED)$/)
      await expect(read(one, files)).rejects.toMatchObject({ code })
    })

    it('of archives', async () => {
      const one = await repository({}, ['1.0.0', '1.0.1'])
      const path = (version: string, digest: string) => `targets/harmless/${digest}.harmless-${version}.zip`
      const [a, b] = (await (await read(one)).versions('harmless')).map(({ version, digest }) =>
        path(version, digest),
      ) as [string, string]
      const files = new Map([[a, new Uint8Array(readFileSync(join(one.folder, b)))]])
      await expect(read(one, files)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    })
  })

  it('nothing more from a timestamp that ran ahead, once its key is another', async () => {
    const one = await repository()
    const ahead = await forgedFiles(one, () => ({ timestamp: { version: 2 ** 31 - 1 } }))
    await read(one, ahead)
    await expect(read(one)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
    for (const role of ['timestamp', 'snapshot']) await rotateKeys({ ...one.options, role })
    await read(one)
  })
})
