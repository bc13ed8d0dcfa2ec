import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  customOf,
  openWebRepository,
  type Repository,
  summaryOf,
  targetPath,
  writePatchArchive,
} from '@policypatch/backend-web/repository'
import { readPatch } from '@policypatch/core'
import { memoryStorage } from '@policypatch/core/platform'
import { openRepository } from '@policypatch/registry'
import fc from 'fast-check'
import { type Files, type FuzzedReader, sizeOf, utf8 } from '../fuzzed-reader.ts'
import { goldenFolder } from '../golden-files.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { storageOf } from '../storage-of.ts'

/** Canonical JSON (OLPC), for values that have one. */
function canonicalize(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalize).join()}]`
  if (typeof value === 'string') return `"${value.replace(/[\\"]/g, '\\$&')}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, one]) => `${canonicalize(name)}:${canonicalize(one)}`).join()}}`
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const { x = '' } = publicKey.export({ format: 'jwk' })
const key = {
  ...{ keytype: 'ed25519', scheme: 'ed25519' },
  keyval: { public: Buffer.from(x, 'base64url').toString('hex') },
}
const keyid = createHash('sha256').update(canonicalize(key)).digest('hex')

const folder = {
  storage: await storageOf(goldenFolder('fixtures/patches/v1/tiny-harmfulness'), 'tiny'),
  path: 'tiny',
}
const { manifest, files: patchFiles } = await readPatch(folder)
const archive = await writePatchArchive(patchFiles)
const digest = createHash('sha256').update(archive).digest('hex')
const path = targetPath(manifest.name, manifest.version)
const archivePath = `targets/${path.replace('/', `/${digest}.`)}`

const common = { spec_version: '1.0.31', version: 1, expires: '2999-01-01T00:00:00Z' }
const role = { keyids: [keyid], threshold: 1 }
const delegation = { name: 'vendor', ...role, terminating: true, paths: ['*/*'] }
// Metadata refers to other files only by version, so that each can be changed independently.
const signed: Readonly<Record<string, object>> = {
  '2.root.json': {
    ...{ _type: 'root', ...common, version: 2, consistent_snapshot: true, keys: { [keyid]: key } },
    roles: { root: role, targets: role, snapshot: role, timestamp: role },
  },
  'timestamp.json': { _type: 'timestamp', ...common, meta: { 'snapshot.json': { version: 1 } } },
  '1.snapshot.json': {
    ...{ _type: 'snapshot', ...common },
    meta: { 'targets.json': { version: 1 }, 'vendor.json': { version: 1 } },
  },
  '1.targets.json': {
    ...{ _type: 'targets', ...common, targets: {} },
    delegations: { keys: { [keyid]: key }, roles: [delegation] },
  },
  '1.vendor.json': {
    ...{ _type: 'targets', ...common },
    targets: {
      [path]: {
        ...{ length: archive.length, hashes: { sha256: digest } },
        custom: customOf({ name: manifest.name, version: manifest.version, summary: summaryOf(manifest) }),
      },
    },
  },
}

/** Wraps metadata with a signature over it, if it has the form that is signed. */
function envelope(text: string): Uint8Array {
  let sig = ''
  try {
    sig = sign(null, Buffer.from(canonicalize(JSON.parse(text))), privateKey).toString('hex')
  } catch {
    // No one can have signed it, but it is sent anyway.
  }
  return utf8(`{"signatures":[{"keyid":"${keyid}","sig":"${sig}"}],"signed":${text}}`)
}

const first = envelope(JSON.stringify({ ...signed['2.root.json'], version: 1 }))
const whole: Files = {
  ...Object.fromEntries(
    Object.entries(signed).map(([name, one]) => [`metadata/${name}`, envelope(JSON.stringify(one))]),
  ),
  [archivePath]: archive,
}

const texts = fc.constantFrom(
  '"root"',
  '"targets"',
  '"__proto__"',
  '"1.5"',
  '"*/*"',
  `{"${keyid}":{}}`,
  '[]',
  '2',
  '0.5',
)

const url = 'https://patches.example'

async function readAll(repository: Repository): Promise<void> {
  for (const { name, version } of await repository.list()) await repository.read(name, version)
  await repository.advisories()
}

/** Metadata signed by a repository's owner. The browser's client reads all of it, Node's a part. */
export const repositoryReader: FuzzedReader = {
  name: 'repository',
  files: fc.constantFrom(...Object.keys(signed)).chain((name) =>
    changedJson(fc.constant(treeOf(signed[name])), texts).map(
      (text): Files => ({
        ...whole,
        [`metadata/${name}`]: envelope(text),
      }),
    ),
  ),
  async read(files) {
    const fetch: typeof globalThis.fetch = async (input) => {
      const bytes = files[String(input).slice(url.length + 1)]
      return new Response(bytes ? new Uint8Array(bytes) : 'none', { status: bytes ? 200 : 404 })
    }
    const options = { url, root: first, download: { fetch, retries: 0 } }
    await readAll(await openWebRepository({ ...options, cache: { storage: memoryStorage(), path: 'kept' } }))
    // Node's client works with real files, which is slow.
    if (sizeOf(files) % 8 !== 0) return
    const cache = mkdtempSync(join(tmpdir(), 'fuzzed-repository-'))
    try {
      await readAll(await openRepository({ ...options, cache }))
    } finally {
      rmSync(cache, { recursive: true, force: true })
    }
  },
}
