import { cpSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openWebRepository, type Repository } from '@policypatch/backend-web/repository'
import { memoryStorage } from '@policypatch/core/platform'
import { afterEach, describe, expect, it } from 'vitest'
import { addPatch } from '../../src/repository/publish/add-patch.ts'
import { delegatePatches } from '../../src/repository/publish/delegate-patches.ts'
import { openKeyRing } from '../../src/repository/publish/key-ring.ts'
import { renewMetadata } from '../../src/repository/publish/renew-metadata.ts'
import { readState, type SignedTargets } from '../../src/repository/publish/repository-state.ts'
import { rotateKeys } from '../../src/repository/publish/rotate-keys.ts'
import { openRepository } from '../../src/repository/read/open-repository.ts'
import { forgedFiles } from './forged-metadata.ts'
import { type TinyRepository, tinyPatchFiles, tinyRepository } from './tiny-repository.ts'

const clients = {
  "Node's client (tuf-js)": openRepository,
  "the browser's client": (() => {
    const storages = new Map<string, ReturnType<typeof memoryStorage>>()
    return ({ cache, ...options }: Parameters<typeof openRepository>[0]) => {
      const storage = storages.get(cache) ?? memoryStorage()
      storages.set(cache, storage)
      return openWebRepository({ ...options, cache: { storage, path: 'kept' } })
    }
  })(),
}

let made: TinyRepository[] = []
const repository = async (...args: Parameters<typeof tinyRepository>) => {
  const one = await tinyRepository(...args)
  made.push(one)
  return one
}
afterEach(() => {
  for (const one of made) one.remove()
  made = []
})

type Answers = ReadonlyMap<string, Uint8Array | (() => Promise<Response>)>

describe.each(Object.entries(clients))('%s refuses', (_, open) => {
  /** Opens it where some files are those of an attacker, and reads a version. */
  const read = async (
    { url, root, cache, fetch: honest }: TinyRepository,
    answers: Answers = new Map(),
    { version = '1.0.0', patience = 5000 } = {},
  ): Promise<Repository> => {
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = answers.get(String(input).slice(url.length + 1))
      if (answer === undefined) return honest(input, init)
      return typeof answer === 'function' ? answer() : new Response(new Uint8Array(answer))
    }
    const opened = await open({ url, root, cache, download: { fetch, retries: 0, patience } })
    await opened.read('harmless', version)
    return opened
  }
  /** All files as they are now. */
  const copyOf = (one: TinyRepository): TinyRepository => {
    const folder = `${one.folder}-copy-${Math.random()}`
    cpSync(one.folder, folder, { recursive: true })
    return {
      ...one,
      folder,
      fetch: async (input) => {
        const path = join(folder, String(input).slice(one.url.length + 1))
        const bytes = await readFile(path).catch(() => undefined)
        return new Response(bytes ? new Uint8Array(bytes) : 'none', { status: bytes ? 200 : 404 })
      },
    }
  }
  const publish = async (one: TinyRepository, version: string) =>
    addPatch({ ...one.options, files: await tinyPatchFiles(version) })
  const next = (signed: SignedTargets): SignedTargets => ({ ...signed, version: signed.version + 1 })
  const roleIn = (targets: ReadonlyMap<string, SignedTargets>, role = 'publisher') =>
    targets.get(role) as SignedTargets

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
      await expect(read(one, files)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
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

  it('nothing more from a timestamp that ran ahead, once its key is another', async () => {
    const one = await repository()
    const ahead = await forgedFiles(one, () => ({ timestamp: { version: 2 ** 31 - 1 } }))
    await read(one, ahead)
    await expect(read(one)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
    for (const role of ['timestamp', 'snapshot']) await rotateKeys({ ...one.options, role })
    await read(one)
  })
})
