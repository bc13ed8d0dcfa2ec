import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPatch } from '@policypatch/core'
import type { PatchEffect, PatchFiles } from '@policypatch/core/patch'
import { tinyManifest, tinyPrefix } from '../../../core/test/patch/tiny-patch.ts'
import { addPatch } from '../../src/repository/publish/add-patch.ts'
import {
  type CreateRepositoryOptions,
  createRepository,
} from '../../src/repository/publish/create-repository.ts'

/** Files of a small patch. */
export async function tinyPatchFiles(
  version: string,
  {
    name = 'harmless',
    refusal = 0.9,
    requires = [] as readonly string[],
    effects = [refusalEffect(refusal)],
  } = {},
): Promise<PatchFiles> {
  const manifest = { ...tinyManifest, name, version, effects, requires }
  return (await createPatch({ manifest, prefix: tinyPrefix })).files
}

export const refusalEffect = (value: number): PatchEffect => ({
  ...{ metric: 'refusal rate', judge: 'phrases', data: 'held-out', better: 'higher', n: 200 },
  before: { value: 0.1, low: 0.06, high: 0.15 },
  after: { value, low: value - 0.04, high: Math.min(1, value + 0.04) },
})

/** A repository in a temporary folder, with its keys beside it, and how it is read. */
export interface TinyRepository {
  readonly folder: string
  readonly keys: string
  readonly cache: string
  readonly url: string
  /** Of the first root metadata. */
  readonly root: Uint8Array
  readonly rootDigest: string
  /** What publishing functions need. */
  readonly options: { readonly folder: string; readonly keys: readonly string[] }
  /** Serves the folder. */
  readonly fetch: typeof fetch
  /** Addresses that were asked for, since this was last emptied. */
  readonly asked: string[]
  remove(): void
}

const bases: string[] = []
process.once('exit', () => {
  for (const base of bases) rmSync(base, { recursive: true, force: true })
})

/** Made once for the tests of a file, and copied. */
const templates = new Map<string, Promise<{ readonly base: string; readonly rootDigest: string }>>()

async function template(options: Partial<CreateRepositoryOptions>, versions: readonly string[]) {
  const base = mkdtempSync(join(tmpdir(), 'repository-'))
  bases.push(base)
  const [folder, keys] = [join(base, 'public'), join(base, 'keys')]
  const { rootDigest } = await createRepository({ folder, keys, ...options })
  const publish = { folder, keys: [keys], now: options.now, passphrase: options.passphrase }
  for (const version of versions) await addPatch({ ...publish, files: await tinyPatchFiles(version) })
  return { base, rootDigest }
}

export async function tinyRepository(
  options: Partial<CreateRepositoryOptions> = {},
  versions: readonly string[] = ['1.0.0'],
): Promise<TinyRepository> {
  const kind = JSON.stringify([options, versions])
  const making = templates.get(kind) ?? template(options, versions)
  templates.set(kind, making)
  const { base: original, rootDigest } = await making
  const base = mkdtempSync(join(tmpdir(), 'repository-'))
  cpSync(original, base, { recursive: true })
  const [folder, keys, cache] = ['public', 'keys', 'cache'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ]
  const url = 'https://patches.example/repository'
  const asked: string[] = []
  return {
    ...{ folder, keys, cache, url, rootDigest, asked },
    root: await readFile(join(folder, 'metadata/1.root.json')),
    options: { folder, keys: [keys] },
    fetch: async (input) => {
      const path = String(input).slice(url.length + 1)
      asked.push(path)
      const bytes = await readFile(join(folder, path)).catch(() => undefined)
      return bytes ? new Response(new Uint8Array(bytes)) : new Response('none', { status: 404 })
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}
