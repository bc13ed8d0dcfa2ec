import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { sha256 } from '@policypatch/core/platform'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loopbackServer } from '../../test/sources/loopback-server.ts'
import { npmRegistry, type PublishedPackage } from '../../test/sources/npm-registry.ts'
import { patchHub } from '../../test/sources/patch-hub.ts'
import { tinyBase, tinyPatch } from '../../test/tiny-patch.ts'
import { addPatch } from '../repository/publish/add-patch.ts'
import { createRepository } from '../repository/publish/create-repository.ts'
import { yankPatch } from '../repository/publish/yank-patch.ts'
import { install } from '../state/install.ts'
import { outdated } from '../state/outdated.ts'
import { projectState } from '../state/state-place.ts'
import { readState } from '../state/transaction.ts'
import { pin, upgrade } from '../state/upgrade.ts'
import { packNpm, packZip } from './publish/pack-patch.ts'
import { pushPatch } from './publish/push-patch.ts'
import { parseSource } from './source-spec.ts'

let folder: string
const ends: (() => Promise<void>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'))
  await writeFile(join(folder, 'policypatch.json'), '{}')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const end of ends.splice(0)) await end()
  await rm(folder, { recursive: true })
})
const until = <T extends { close(): Promise<void> }>(server: T): T => {
  ends.push(server.close)
  return server
}

const notices: string[] = []
const context = () => ({
  ...{ place: projectState(folder), command: 'test', cache: join(folder, 'cache') },
  onNotice: (line: string) => notices.push(line),
})
const locked = async () => (await readState(projectState(folder))).lock.models[tinyBase.id] ?? {}
const wanted = async () => (await readState(projectState(folder))).project.models[tinyBase.id] ?? {}

test.each([
  ['calm', { kind: 'repository', name: 'calm', range: '*' }],
  ['acme:calm@^1.2', { kind: 'repository', repository: 'acme', name: 'calm', range: '^1.2' }],
  ['./calm', { kind: 'file', path: './calm' }],
  ['calm.tgz', { kind: 'file', path: 'calm.tgz' }],
  ['file:a b', { kind: 'file', path: 'a b' }],
  ['npm:@acme/calm@~1.0', { kind: 'npm', name: '@acme/calm', range: '~1.0' }],
  ['npm:calm', { kind: 'npm', name: 'calm', range: '*' }],
  ['hf:acme/calm@v1', { kind: 'hub', repo: 'acme/calm', revision: 'v1' }],
  [
    `https://a.example/b.zip#sha256=${'A'.repeat(64)}`,
    { kind: 'url', url: 'https://a.example/b.zip', sha256: 'a'.repeat(64) },
  ],
])('%s says where from', (text, spec) => {
  expect(parseSource(text)).toEqual(spec)
})

test.each([
  'https://a.example/b.zip',
  `http://a.example/b#sha256=${'a'.repeat(64)}`,
  'npm:../a',
  'npm:a@git+ssh://x/y',
  'hf:a/b/c.gguf',
  'A B',
])('%s is refused', (text) => {
  expect(() => parseSource(text)).toThrow(expect.objectContaining({ name: 'PatchError' }))
})

describe('archives', () => {
  test.each(['zip', 'tgz'])('a .%s is read, and is the same bytes each time', async (kind) => {
    const patch = await tinyPatch('calm', '1.0.0')
    const packed = await (kind === 'zip' ? packZip(patch) : packNpm(patch, '@acme/calm'))
    expect(packed.fileName).toBe(kind === 'zip' ? 'calm-1.0.0.zip' : 'acme-calm-1.0.0.tgz')
    const again = await (kind === 'zip' ? packZip(patch) : packNpm(patch, '@acme/calm'))
    expect(Buffer.compare(again.bytes, packed.bytes)).toBe(0)
    await writeFile(join(folder, packed.fileName), packed.bytes)
    await install(context(), [join(folder, packed.fileName)])
    expect(await locked()).toMatchObject({ calm: { version: '1.0.0', source: `file:${packed.fileName}` } })
  })

  test('one at an address must have the digest that was given, and leads to no other place', async () => {
    const { bytes } = await packZip(await tinyPatch('calm', '1.0.0'))
    const server = until(
      await loopbackServer(({ path }, response) => {
        if (path === '/there') return response.writeHead(302, { location: '/a.zip' }).end()
        if (path === '/away') return response.writeHead(302, { location: 'http://a.example/a.zip' }).end()
        return path === '/a.zip' ? bytes : undefined
      }),
    )
    const digest = await sha256(bytes)
    const other = `${server.url}/a.zip#sha256=${'0'.repeat(64)}`
    await expect(install(context(), [other])).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    await expect(install(context(), [`${server.url}/b#sha256=${digest}`])).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const away = `${server.url}/away#sha256=${digest}`
    await expect(install(context(), [away])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await install(context(), [`${server.url}/there#sha256=${digest}`])
    expect(await wanted()).toEqual({ calm: `${server.url}/there#sha256=${digest}` })
  })
})

test('npm: the newest in range, held to its digest, upgraded, and withdrawn ones left out', async () => {
  const published = async (version: string, more = {}) => ({
    ...{ name: '@acme/calm', version, ...more },
    tarball: (await packNpm(await tinyPatch('calm', version), '@acme/calm')).bytes,
  })
  const packages: PublishedPackage[] = [await published('1.0.0'), await published('2.0.0')]
  const registry = until(await npmRegistry(packages))
  vi.stubEnv('NPM_CONFIG_REGISTRY', `${registry.url}/`)
  await install(context(), ['npm:@acme/calm@^1.0.0'])
  expect(await locked()).toMatchObject({
    calm: { version: '1.0.0', source: 'npm:@acme/calm', wanted: 'npm:@acme/calm@^1.0.0' },
  })
  packages.push(await published('1.1.0'), await published('1.2.0', { deprecated: 'too calm' }))
  expect(await outdated(context())).toMatchObject([{ version: '1.0.0', inRange: '1.1.0', newest: '2.0.0' }])
  await upgrade(context(), [])
  expect(await locked()).toMatchObject({ calm: { version: '1.1.0' } })
  await install(context(), ['npm:@acme/calm@1.2.0'])
  expect(notices).toContain('calm 1.2.0 was withdrawn: too calm')
  packages.push({ ...(await published('1.3.0')), served: packages[0]?.tarball as Uint8Array })
  await expect(install(context(), ['npm:@acme/calm@1.3.0'])).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  })
  await expect(install(context(), ['npm:@acme/other'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  packages.push({ ...(await published('3.0.0')), version: '3.0.1' })
  await expect(install(context(), ['npm:@acme/calm@3.0.1'])).rejects.toMatchObject({ code: 'MALFORMED' })
})

test('the Hub: pushed, installed by branch, locked by commit, upgraded when the branch moves', async () => {
  const hub = until(await patchHub('hf_test'))
  vi.stubEnv('HF_ENDPOINT', hub.url)
  vi.stubEnv('HF_TOKEN', 'hf_other')
  const options = { repo: 'acme/calm', create: 'public' } as const
  await expect(pushPatch(await tinyPatch('calm', '1.0.0'), options)).rejects.toMatchObject({
    code: 'UNREACHABLE',
  })
  vi.stubEnv('HF_TOKEN', 'hf_test')
  await expect(pushPatch(await tinyPatch('calm', '1.0.0'), { repo: 'acme/calm' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  const first = await pushPatch(await tinyPatch('calm', '1.0.0'), options)
  await install(context(), ['hf:acme/calm'])
  expect(await locked()).toMatchObject({ calm: { version: '1.0.0', source: `hf:acme/calm@${first.commit}` } })
  hub.repositories.get('acme/calm')?.get('main')?.set('model.sig', Buffer.from('stale'))
  const second = await pushPatch(await tinyPatch('calm', '1.0.1'), { repo: 'acme/calm' })
  expect([...(hub.repositories.get('acme/calm')?.get('main')?.keys() ?? [])]).not.toContain('model.sig')
  await install(context(), [])
  expect(await locked()).toMatchObject({ calm: { version: '1.0.0' } })
  await upgrade(context(), ['calm'])
  expect(await locked()).toMatchObject({
    calm: { version: '1.0.1', source: `hf:acme/calm@${second.commit}` },
  })
  await pin(context(), 'calm', undefined)
  expect(await wanted()).toEqual({ calm: `hf:acme/calm@${second.commit}` })
})

test('a repository: ranges, what is required, withdrawn versions, names in two of them', async () => {
  const publish = async (id: string, ...patches: (readonly [string, string, object?])[]) => {
    const keys = join(folder, `${id}-keys`)
    const options = { folder: join(folder, id), keys: [keys] }
    await createRepository({ ...options, keys })
    const add = async ([name, version, more]: (typeof patches)[number]) =>
      addPatch({ ...options, files: (await tinyPatch(name, version, more)).files })
    for (const patch of patches) await add(patch)
    const server = until(
      await loopbackServer(async ({ path }) =>
        fileStorage()
          .read(join(options.folder, path))
          .catch(() => undefined),
      ),
    )
    return { ...options, add, server }
  }
  const acme = await publish(
    'acme',
    ['calm', '1.0.0', { requires: ['base@^1'] }],
    ['base', '1.5.0'],
    ['base', '2.0.0'],
  )
  const other = await publish('other', ['base', '1.9.0'])
  const repositories = {
    acme: { url: acme.server.url, root: 'acme/metadata/1.root.json' },
    other: { url: other.server.url, root: 'other/metadata/1.root.json' },
  }
  await writeFile(
    join(folder, 'policypatch.json'),
    JSON.stringify({ repositories: { acme: repositories.acme } }),
  )
  await install(context(), ['calm'])
  expect(await wanted()).toEqual({ calm: '^1.0.0' })
  expect(await locked()).toMatchObject({
    calm: { version: '1.0.0', source: 'repository:acme' },
    base: { version: '1.5.0', source: 'repository:acme' },
  })
  await acme.add(['calm', '1.0.1', { requires: ['base@^1'] }])
  await acme.add(['calmer', '1.0.0', { supersedes: ['calm@<1.0.1'] }])
  expect(await outdated(context())).toMatchObject([
    { name: 'base', version: '1.5.0', newest: '2.0.0' },
    { name: 'calm', version: '1.0.0', inRange: '1.0.1', supersededBy: 'calmer 1.0.0' },
  ])
  await upgrade(context(), [])
  expect(await locked()).toMatchObject({ calm: { version: '1.0.1' }, base: { version: '1.5.0' } })
  await yankPatch({ ...acme, name: 'calm', version: '1.0.1', reason: 'forgets manners' })
  expect(await outdated(context())).toMatchObject([
    {},
    { name: 'calm', yanked: 'forgets manners', inRange: '1.0.0' },
  ])
  await upgrade(context(), [])
  expect(await locked()).toMatchObject({ calm: { version: '1.0.0' } })
  await pin(context(), 'calm', '1.0.1')
  expect(notices).toContain('calm 1.0.1 was withdrawn: forgets manners')
  const { project } = await readState(projectState(folder))
  await writeFile(join(folder, 'policypatch.json'), JSON.stringify({ ...project, repositories }))
  await expect(install(context(), ['base'])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await install(context(), ['other:base'])
  expect(await locked()).toMatchObject({ base: { version: '1.9.0', source: 'repository:other' } })
  await expect(install(context(), ['absent'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
