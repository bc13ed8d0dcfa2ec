import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readPatch } from '@policypatch/core'
import { memoryStorage } from '@policypatch/core/platform'
import { describe, expect, it } from 'vitest'
import { repository } from '../../../test/repository/attacked-repository.ts'
import { type TinyRepository, tinyPatchFiles } from '../../../test/repository/tiny-repository.ts'
import { openRepository } from '../read/open-repository.ts'
import { addAdvisory } from './add-advisory.ts'
import { addPatch } from './add-patch.ts'
import { createRepository } from './create-repository.ts'
import { delegatePatches } from './delegate-patches.ts'
import { renewMetadata } from './renew-metadata.ts'
import { rotateKeys } from './rotate-keys.ts'
import { yankPatch } from './yank-patch.ts'

const open = ({ url, root, cache, fetch }: TinyRepository) =>
  openRepository({ url, root, cache, download: { fetch, retries: 0 } })

describe.each(['ecdsa', 'ed25519'] as const)('a repository with keys of %s', (keyType) => {
  it('is read as it was published, by versions and whole', async () => {
    const one = await repository({ keyType }, ['1.0.0', '1.0.1'])
    const opened = await open(one)
    const versions = await opened.versions('harmless')
    expect(versions.map(({ version }) => version)).toEqual(['1.0.0', '1.0.1'])
    const files = await tinyPatchFiles('1.0.1')
    const manifest = JSON.parse(new TextDecoder().decode(files['patch.json']))
    const { domain, license, base, effects, requires, conflicts, created } = manifest
    expect(versions[1]?.summary).toEqual({ domain, license, base, effects, requires, conflicts, created })
    expect(await opened.read('harmless', '1.0.1')).toEqual(files)
    expect(await opened.list()).toEqual(versions)
    expect(await opened.versions('other')).toEqual([])
    await expect(opened.read('harmless', '2.0.0')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      found: '1.0.0, 1.0.1',
    })
  })

  it('gives each role new keys that clients of the first root follow, and refuses the old', async () => {
    const one = await repository({ keyType })
    await open(one)
    for (const [i, role] of ['timestamp', 'snapshot', 'targets', 'publisher', 'root', 'root'].entries()) {
      const old = readdirSync(one.keys).filter((name) => name.startsWith(`${role}-`))
      await rotateKeys({ ...one.options, role, keyType })
      for (const name of old) rmSync(join(one.keys, name))
      await addPatch({ ...one.options, files: await tinyPatchFiles(`1.1.${i}`) })
      expect((await (await open(one)).versions('harmless')).at(-1)?.version).toBe(`1.1.${i}`)
    }
    expect(readdirSync(join(one.folder, 'metadata')).filter((name) => /root/.test(name))).toHaveLength(6)
  })
})

it('keeps private keys for their owner alone, and under a passphrase', async () => {
  const one = await repository({ passphrase: 'four words of secret' }, [])
  for (const name of readdirSync(one.keys)) {
    const path = join(one.keys, name)
    if (!name.endsWith('.pem')) continue
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).toContain('ENCRYPTED PRIVATE KEY')
  }
  const files = await tinyPatchFiles('1.0.0')
  const added = (passphrase?: string) => addPatch({ ...one.options, files, passphrase })
  await expect(added()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: 'none' })
  await expect(added('another')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: 'another' })
  expect(await added('four words of secret')).toMatchObject({ isNew: true })
})

describe('a version', () => {
  it('is one small archive, the same for the same files, and downloaded once', async () => {
    const one = await repository()
    const files = await tinyPatchFiles('1.0.0')
    const whole = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0)
    const again = await addPatch({ ...one.options, files })
    expect(again).toMatchObject({ isNew: false })
    expect(again.bytes).toBeLessThan(whole)
    const opened = await open(one)
    one.asked.splice(0)
    await opened.read('harmless', '1.0.0')
    expect(one.asked.filter((path) => path.startsWith('targets/'))).toEqual([
      `targets/harmless/${again.digest}.harmless-1.0.0.zip`,
    ])
  })

  it('stays what it was published as', async () => {
    const one = await repository()
    const files = await tinyPatchFiles('1.0.0', { refusal: 0.95 })
    await expect(addPatch({ ...one.options, files })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'other contents under the same version',
    })
  })

  it('that makes an effect worse, or no longer measures it, is refused until that is accepted by name', async () => {
    const one = await repository()
    const worse = await tinyPatchFiles('1.1.0', { refusal: 0.7 })
    await expect(addPatch({ ...one.options, files: worse })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'refusal rate (held-out): 0.900 [0.860, 0.940] before, 0.700 [0.660, 0.740] now',
      remedy: expect.stringContaining('--accept-regression "refusal rate"'),
    })
    const dropped = await tinyPatchFiles('1.1.0', { effects: [] })
    await expect(addPatch({ ...one.options, files: dropped })).rejects.toMatchObject({
      found: expect.stringContaining('not measured now'),
    })
    const acceptRegressions = ['refusal rate']
    const added = await addPatch({ ...one.options, files: worse, acceptRegressions })
    expect(added).toMatchObject({ comparedWith: '1.0.0', effects: [{ change: 'worse' }] })
    const similar = await tinyPatchFiles('1.0.1', { refusal: 0.88 })
    expect(await addPatch({ ...one.options, files: similar })).toMatchObject({ comparedWith: '1.0.0' })
  })

  it('that is withdrawn is there with the reason, and is not what a later one is held against', async () => {
    const one = await repository({}, ['1.0.0', '1.0.1'])
    const reason = 'refuses questions about medicines'
    await yankPatch({ ...one.options, name: 'harmless', version: '1.0.1', reason })
    const opened = await open(one)
    expect((await opened.versions('harmless')).map(({ yanked }) => yanked)).toEqual([undefined, reason])
    expect(await opened.read('harmless', '1.0.1')).toEqual(await tinyPatchFiles('1.0.1'))
    expect(await addPatch({ ...one.options, files: await tinyPatchFiles('1.0.2') })).toMatchObject({
      comparedWith: '1.0.0',
    })
    const yank = (version: string, why: string) =>
      yankPatch({ ...one.options, name: 'harmless', version, reason: why })
    await expect(yank('3.0.0', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(yank('1.0.0', 'two\nlines')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

it('a publisher has the names that it was given, and nobody else does', async () => {
  const one = await repository()
  await delegatePatches({ ...one.options, publisher: 'acme', patches: ['acme-*', 'polite'] })
  for (const name of ['polite', 'acme-kind', 'other']) {
    await addPatch({ ...one.options, files: await tinyPatchFiles('1.0.0', { name }) })
  }
  const metadata = (role: string) => {
    const versions = readdirSync(join(one.folder, 'metadata')).filter((file) =>
      file.endsWith(`.${role}.json`),
    )
    const newest = versions.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1) as string
    return JSON.parse(readFileSync(join(one.folder, 'metadata', newest), 'utf8')).signed
  }
  expect(Object.keys(metadata('acme').targets)).toEqual([
    'polite/polite-1.0.0.zip',
    'acme-kind/acme-kind-1.0.0.zip',
  ])
  expect((await (await open(one)).list()).map(({ name }) => name)).toEqual([
    'acme-kind',
    'harmless',
    'other',
    'polite',
  ])
  const delegate = (publisher: string, ...patches: string[]) =>
    delegatePatches({ ...one.options, publisher, patches })
  await expect(delegate('rival', 'polite')).rejects.toMatchObject({ found: 'polite' })
  await expect(delegate('rival', 'acme-kind')).rejects.toMatchObject({ found: 'acme-*' })
  await expect(delegate('rival', 'harm*')).rejects.toMatchObject({ found: 'harmless' })
  await expect(delegate('root', 'x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await delegate('acme', 'gentle')
  expect(await (await open(one)).versions('gentle')).toEqual([])
})

it('a threshold asks for so many keys, wherever they are', async () => {
  const thresholds = { publisher: { threshold: 2, keys: 3 } }
  const one = await repository({ thresholds })
  const own = readdirSync(one.keys).filter((name) => name.startsWith('publisher-') && name.endsWith('.pub'))
  expect(own).toHaveLength(3)
  rmSync(join(one.keys, own[0] as string))
  await addPatch({ ...one.options, files: await tinyPatchFiles('1.0.1') })
  rmSync(join(one.keys, own[1] as string))
  await expect(addPatch({ ...one.options, files: await tinyPatchFiles('1.0.2') })).rejects.toMatchObject({
    expected: expect.stringContaining('2 keys of the role publisher'),
    found: '1',
  })
  expect((await (await open(one)).versions('harmless')).map(({ version }) => version)).toEqual([
    '1.0.0',
    '1.0.1',
  ])
  const bad = { root: { threshold: 3, keys: 2 } }
  const more = { folder: `${one.folder}-2`, keys: one.keys }
  await expect(createRepository({ ...more, thresholds: bad })).rejects.toMatchObject({ found: '3 of 2' })
  await expect(createRepository({ ...more, folder: one.folder })).rejects.toMatchObject({ found: 'one' })
})

it('a timer renews what is about to run out, and tells what it has no keys for', async () => {
  const day = 86_400_000
  const one = await repository({ now: new Date() })
  const later = (days: number) => new Date(Date.now() + days * day)
  expect(await renewMetadata({ ...one.options, now: later(1) })).toEqual({
    renewed: ['timestamp'],
    expiring: [],
  })
  expect(await renewMetadata({ ...one.options, now: later(60) })).toEqual({
    renewed: ['timestamp', 'snapshot'],
    expiring: [],
  })
  for (const name of readdirSync(one.keys).filter((file) => file.startsWith('root-')))
    rmSync(join(one.keys, name))
  const { renewed, expiring } = await renewMetadata({ ...one.options, now: later(200) })
  expect(renewed).toEqual(['timestamp', 'snapshot', 'targets', 'publisher', 'advisories'])
  expect(expiring.map(({ role }) => role)).toEqual(['root'])
  await open(one)
})

it('advisories are served beside the patches, each in its newest state', async () => {
  const one = await repository()
  const hash = 'a'.repeat(64)
  const fault = {
    ...{ domain: 'harmfulness', metric: 'refusal rate', judge: 'phrases', data: 'held-out', n: 100 },
    ...{ value: 0.2, low: 0.1, high: 0.3, better: 'higher', bound: 0.9 },
    models: [{ id: 'example/tiny', weights: hash, tokenizer: hash }],
  }
  const record = (id: string, modified: string) =>
    new TextEncoder().encode(
      JSON.stringify({
        ...{ schema_version: '1.7.3', id, modified, summary: 'A fault' },
        affected: [{ ecosystem_specific: fault }],
        database_specific: { severity: 'HIGH' },
      }),
    )
  const add = (id: string, modified: string) =>
    addAdvisory({ ...one.options, advisory: record(id, modified) })
  await add('x_acme-2026-0002', '2026-02-01T00:00:00Z')
  await add('x_acme-2026-0001', '2026-01-01T00:00:00Z')
  await add('x_acme-2026-0001', '2026-03-01T00:00:00Z')
  expect(await (await open(one)).advisories()).toMatchObject([
    { id: 'x_acme-2026-0001', modified: '2026-03-01T00:00:00Z' },
    { id: 'x_acme-2026-0002' },
  ])
  await expect(add('x_acme-2026-0001', '2026-02-01T00:00:00Z')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
  await expect(add('../x', '2026-02-01T00:00:00Z')).rejects.toMatchObject({ code: 'MALFORMED' })
  const reserved = await tinyPatchFiles('1.0.0', { name: 'advisories' })
  await expect(addPatch({ ...one.options, files: reserved })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})

it('what is read is a patch, as its archive was signed', async () => {
  const one = await repository()
  const storage = memoryStorage()
  for (const [name, bytes] of Object.entries(await (await open(one)).read('harmless', '1.0.0'))) {
    await storage.write(`p/${name}`, bytes)
  }
  expect((await readPatch({ storage, path: 'p' })).manifest).toMatchObject({
    name: 'harmless',
    version: '1.0.0',
  })
})
