import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { delegatePatches } from '../../src/repository/publish/delegate-patches.ts'
import { openKeyRing } from '../../src/repository/publish/key-ring.ts'
import { readState, type SignedTargets } from '../../src/repository/publish/repository-state.ts'
import { clients, next, publish, readerOf, repository, roleIn } from './attacked-repository.ts'
import { forgedFiles } from './forged-metadata.ts'

describe.each(Object.entries(clients))('%s refuses', (_, open) => {
  const read = readerOf(open)

  describe('too few signatures', () => {
    it('of a publisher, by one of two keys', async () => {
      const by = async (keys: number) => {
        const one = await repository({ thresholds: { publisher: { threshold: 2, keys: 2 } } })
        const files = await forgedFiles(one, ({ targets }) => ({
          targets: { publisher: { signed: next(roleIn(targets)), keys } },
        }))
        return read(one, files)
      }
      await expect(by(1)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
      await by(2)
    })

    it('of one key twice', async () => {
      const one = await repository({ thresholds: { timestamp: { threshold: 2, keys: 2 } } })
      const envelope = JSON.parse(readFileSync(join(one.folder, 'metadata/timestamp.json'), 'utf8'))
      const [first] = envelope.signatures
      const twice = JSON.stringify({ ...envelope, signatures: [first, first] })
      const files = new Map([['metadata/timestamp.json', new TextEncoder().encode(twice)]])
      const code = expect.stringMatching(/^(SIGNATURE_INVALID|MALFORMED)$/)
      await expect(read(one, files)).rejects.toMatchObject({ code })
    })

    it('of root, by one compromised key of two', async () => {
      const one = await repository({ thresholds: { root: { threshold: 2, keys: 3 } } })
      const evil = await repository({}, [])
      const { root } = await readState(one.folder)
      const { root: own } = await readState(evil.folder)
      const rings = await openKeyRing([one.keys, evil.keys])
      const forged = { ...root, version: 2, keys: { ...root.keys, ...own.keys }, roles: own.roles }
      const stolen = { keyids: root.roles.root.keyids.slice(0, 1), threshold: 1 }
      const bytes = await rings.sign(forged, 'root', [stolen, own.roles.root])
      await expect(read(one, new Map([['metadata/2.root.json', bytes]]))).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
      })
      await read(one)
    })

    it('of a stranger, and of content that was changed', async () => {
      const [one, evil] = [await repository(), await repository({ publisher: 'stranger' })]
      const theirs = new Uint8Array(readFileSync(join(evil.folder, 'metadata/timestamp.json')))
      const swapped = read(one, new Map([['metadata/timestamp.json', theirs]]))
      await expect(swapped).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
      const text = readFileSync(join(one.folder, 'metadata/timestamp.json'), 'utf8')
      const changed = new TextEncoder().encode(text.replace(/"version": \d+/g, '"version": 9'))
      await expect(read(one, new Map([['metadata/timestamp.json', changed]]))).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
      })
    })
  })

  describe('endless data', () => {
    const endless = async () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }))
    it.each([
      ['metadata/timestamp.json', 'UNSUPPORTED'],
      ['metadata/2.root.json', 'UNSUPPORTED'],
      // Of these the length is signed, so that what is longer is another file.
      ['metadata/2.snapshot.json', 'DIGEST_MISMATCH'],
      ['metadata/2.publisher.json', 'DIGEST_MISMATCH'],
    ])('of %s', async (path, code) => {
      const refused = read(await repository(), new Map([[path, endless]]))
      await expect(refused).rejects.toMatchObject({ code, found: 'more' })
    })

    it('of an archive', async () => {
      const one = await repository()
      const [{ digest } = { digest: '' }] = await (await read(one)).versions('harmless')
      const files = new Map([[`targets/harmless/${digest}.harmless-1.0.0.zip`, endless]])
      await expect(read(one, files)).rejects.toMatchObject({
        ...{ code: 'DIGEST_MISMATCH', found: 'more' },
      })
    })
  })

  describe('slow retrieval', () => {
    const slow = async () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 20))
            controller.enqueue(new Uint8Array([0x20]))
          },
        }),
      )
    it.each([
      ['byte by byte', slow],
      ['without an answer', () => new Promise<Response>(() => undefined)],
    ])('%s', async (_name, answer) => {
      const one = await repository()
      const start = performance.now()
      // What a timestamp may take by its length is 1024 ms.
      const late = read(one, new Map([['metadata/timestamp.json', answer]]), { patience: -700 })
      await expect(late).rejects.toMatchObject({
        code: 'UNREACHABLE',
        found: expect.stringContaining('too slow'),
      })
      expect(performance.now() - start).toBeLessThan(3000)
    })
  })

  describe('extraneous dependencies', () => {
    const requiring = (signed: SignedTargets): SignedTargets =>
      JSON.parse(JSON.stringify(signed).replace('"requires":[]', '"requires":["spy"]'))

    it('that a server adds', async () => {
      const one = await repository()
      const text = readFileSync(join(one.folder, 'metadata/2.publisher.json'), 'utf8')
      const changed = new TextEncoder().encode(text.replace('"requires": []', '"requires": ["spy"]'))
      expect(changed.length).toBeGreaterThan(text.length)
      const refused = read(one, new Map([['metadata/2.publisher.json', changed]]))
      await expect(refused).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
      const other = new TextEncoder().encode(text.replace('tiny-obedience', 'tiny-obedienCe'))
      await expect(read(one, new Map([['metadata/2.publisher.json', other]]))).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      })
    })

    it('that the keys of timestamp and snapshot add', async () => {
      const one = await repository()
      const files = await forgedFiles(one, ({ targets }) => ({
        targets: { publisher: { signed: next(requiring(roleIn(targets))), keys: 0 } },
      }))
      await expect(read(one, files)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
    })

    it('that a publisher lists, of which the patch itself says nothing', async () => {
      const one = await repository()
      const files = await forgedFiles(one, ({ targets }) => ({
        targets: { publisher: { signed: next(requiring(roleIn(targets))) } },
      }))
      await expect(read(one, files)).rejects.toMatchObject({ code: 'MALFORMED' })
    })

    it('from a publisher who has not been given their name', async () => {
      const one = await repository()
      await delegatePatches({ ...one.options, publisher: 'acme', patches: ['polite'] })
      await publish(one, '1.0.1')
      const files = await forgedFiles(one, ({ targets }) => {
        const theirs = roleIn(targets).targets[
          'harmless/harmless-1.0.1.zip'
        ] as SignedTargets['targets'][string]
        const custom = JSON.parse(JSON.stringify(theirs.custom).replace('1.0.1', '9.0.0'))
        const signed = next({
          ...roleIn(targets, 'acme'),
          targets: { 'harmless/harmless-9.0.0.zip': { ...theirs, custom } },
        })
        return { targets: { acme: { signed } } }
      })
      const opened = await read(one, files)
      expect((await opened.versions('harmless')).map(({ version }) => version)).toEqual(['1.0.0', '1.0.1'])
      await expect(opened.read('harmless', '9.0.0')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })
  })
})
