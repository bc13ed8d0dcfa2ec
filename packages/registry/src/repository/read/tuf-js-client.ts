import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  type DownloadOptions,
  parseTargetsRole,
  type TargetsRole,
  type TrustedTargets,
  walkDelegations,
} from '@policypatch/backend-web/repository'
import { PatchError, type Storage } from '@policypatch/core'
import { Updater } from 'tuf-js'
import { BoundedFetcher, unsignedLengths } from './bounded-fetcher.ts'
import { tufError } from './tuf-error.ts'

export interface TufJsClientOptions {
  /** URL of the folder with `metadata/` and `targets/`, without a trailing slash. */
  readonly url: string
  /** Trusted root metadata. */
  readonly root: Uint8Array
  /** Keeps verified metadata, so that a source that returns to an older state is detected. */
  readonly cache: Storage
  readonly download: DownloadOptions
}

/** Metadata that is kept between runs. */
const kept = ['root', 'timestamp', 'snapshot', 'targets']

/** Far more than archives have: the limit is their own signed length. */
const mostTargetBytes = 2 ** 30

/**
 * Updates the metadata of a repository with `tuf-js`. It writes its files in place, so it gets a folder of its own while it
 * works, and each file that it has verified is then kept completely or not at all.
 */
export async function tufJsClient({
  url,
  root,
  cache,
  download,
}: TufJsClientOptions): Promise<TrustedTargets> {
  const folder = join(tmpdir(), `policypatch-${crypto.randomUUID()}`)
  const fetcher = new BoundedFetcher(download)
  const roles = new Map<string, TargetsRole>()

  /** One at a time, in the folder. */
  let last: Promise<unknown> = Promise.resolve()
  const inFolder = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      try {
        return await work()
      } catch (error) {
        throw tufError(error, url, fetcher.failure)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
    last = next.catch(() => undefined)
    return next
  }

  const updater = await inFolder(async () => {
    await bringKept(cache, folder, root)
    const made = new Updater({
      metadataDir: folder,
      metadataBaseUrl: `${url}/metadata`,
      targetBaseUrl: `${url}/targets`,
      fetcher,
      config: unsignedLengths,
    })
    try {
      await made.refresh()
    } finally {
      await keep(cache, folder)
    }
    roles.set('targets', await readRole(folder, 'targets'))
    return made
  })
  const { signed } = await readJson(cache, 'root')
  const isConsistent = (signed as { readonly consistent_snapshot?: unknown }).consistent_snapshot === true

  return {
    url,
    rolesFor: (path) =>
      inFolder(async () => {
        await updater.getTargetInfo(path)
        return walkDelegations(path, async (name) => {
          const role = roles.get(name) ?? (await readRole(folder, name))
          roles.set(name, role)
          return role
        })
      }),
    bytes: (path) =>
      inFolder(async () => {
        const info = await updater.getTargetInfo(path)
        if (!info) throw notListed(path, url)
        const [hash] = Object.values(info.hashes)
        const slash = path.lastIndexOf('/') + 1
        const name = isConsistent ? `${path.slice(0, slash)}${hash}.${path.slice(slash)}` : path
        const bytes = await fetcher.downloadBytes(
          `${url}/targets/${name}`,
          Math.min(info.length, mostTargetBytes),
        )
        await info.verify(Readable.from([bytes]))
        return bytes
      }),
  }
}

/** Copies what was kept into the folder, or else the trusted root. */
async function bringKept(cache: Storage, folder: string, root: Uint8Array): Promise<void> {
  await writeFile(join(folder, 'root.json'), root)
  for (const name of kept) {
    if (await cache.exists(`${name}.json`)) {
      await writeFile(join(folder, `${name}.json`), await cache.read(`${name}.json`))
    }
  }
}

/** Keeps new metadata, unless another process has kept something newer meanwhile. */
async function keep(cache: Storage, folder: string): Promise<void> {
  for (const name of kept) {
    const bytes = await readFile(join(folder, `${name}.json`)).catch(() => undefined)
    if (bytes === undefined) continue
    if (
      !(await cache.exists(`${name}.json`)) ||
      versionOf(await cache.read(`${name}.json`)) < versionOf(bytes)
    ) {
      await cache.write(`${name}.json`, bytes)
    }
  }
}

const versionOf = (bytes: Uint8Array): number =>
  Number(JSON.parse(new TextDecoder().decode(bytes)).signed.version)

async function readJson(cache: Storage, name: string): Promise<{ readonly signed: unknown }> {
  return JSON.parse(new TextDecoder().decode(await cache.read(`${name}.json`)))
}

/** Metadata that the updater has verified and written. */
async function readRole(folder: string, name: string): Promise<TargetsRole> {
  const text = await readFile(join(folder, `${encodeURIComponent(name)}.json`), 'utf8')
  return parseTargetsRole(JSON.parse(text).signed, name)
}

const notListed = (path: string, url: string) =>
  new PatchError('NOT_FOUND', {
    expected: `${path} in the repository ${url}`,
    found: 'no such file',
    remedy: 'Ask for one that is there',
  })
