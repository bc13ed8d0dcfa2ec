import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { PatchError } from '@policypatch/core'
import {
  chooseFiles,
  type Digest,
  type HubFile,
  type HubId,
  type HubListing,
} from '@policypatch/core/platform'
import { claimPartial } from '../download/partial-file.ts'
import { fileDigest } from '../download/verified-file.ts'
import { storing } from '../files/storage-error.ts'

/**
 * The files of a repository that Python's huggingface_hub has downloaded. It keeps each file once, as `blobs/<digest>`, and for
 * each commit a folder of links to them, `snapshots/<commit>`. `refs/<revision>` holds the commit of a branch, and
 * `.no_exist/<commit>` the files that were requested but do not exist. Its folder is never changed.
 */
export interface HuggingFaceCache {
  /** Links or copies a file to `target`, which must not exist, if it is here and has its digest. Returns whether it did. */
  take(file: HubFile, target: string): Promise<boolean>
  /** The files of a model; undefined if the revision is not here, or is incomplete. */
  listing(id: HubId, revision: string): Promise<HubListing | undefined>
}

/** A file that only comes with a download of the whole repository. */
const wholeMark = '.gitattributes'

async function orAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes(code)) return undefined
    throw error
  }
}

/** A blob is named after the digest that the Hub lists for it. */
function digestOf(blob: string): Digest | undefined {
  if (/^[\da-f]{64}$/.test(blob)) return { algorithm: 'sha256', hex: blob }
  return /^[\da-f]{40}$/.test(blob) ? { algorithm: 'git-blob', hex: blob } : undefined
}

async function snapshotFiles(folder: string): Promise<Map<string, HubFile>> {
  const files = new Map<string, HubFile>()
  for (const name of (await orAbsent(readdir(folder, { recursive: true }))) ?? []) {
    const path = name.split(sep).join('/')
    const blob = await orAbsent(realpath(join(folder, name)))
    const stats = blob === undefined ? undefined : await stat(blob)
    const digest = blob === undefined ? undefined : digestOf(basename(blob))
    if (stats?.isFile() && digest) files.set(path, { path, name: path, size: stats.size, digest })
  }
  return files
}

async function list(home: string, id: HubId, revision: string): Promise<HubListing | undefined> {
  const named = await orAbsent(readFile(join(home, 'refs', ...revision.split('/')), 'utf8'))
  const commit = named?.trim() ?? revision
  if (!/^[\da-f]{40}$/.test(commit)) return undefined
  const files = await snapshotFiles(join(home, 'snapshots', commit))
  if (files.size === 0) return undefined
  const { kind, paths, names, absent, index } = chooseFiles(id, [...files.keys()])
  const askedInVain = new Set(await orAbsent(readdir(join(home, '.no_exist', commit))))
  const isComplete = files.has(wholeMark) || absent.every((name) => askedInVain.has(name))
  if (index !== undefined || !isComplete) return undefined
  const chosen = paths.map((path) => ({ ...(files.get(path) as HubFile), name: names.get(path) ?? path }))
  return { commit, kind, files: chosen }
}

async function put(blob: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  try {
    await link(blob, target)
  } catch {
    // Another disk, or one without links: copy instead.
    const partial = await claimPartial(target)
    try {
      await copyFile(blob, partial.path, constants.COPYFILE_FICLONE)
    } catch (error) {
      await partial.discard()
      throw error
    }
    await partial.finish()
  }
}

/** @param folder see `HubSettings` */
export function huggingFaceCache(folder: string, repo: string): HuggingFaceCache {
  const home = join(folder, `models--${repo.replace('/', '--')}`)
  return {
    async take({ digest, size }, target) {
      const blob = join(home, 'blobs', digest.hex)
      const stats = await storing(blob, () => orAbsent(stat(blob)))
      if (!stats?.isFile() || stats.size !== size) return false
      if ((await storing(blob, () => fileDigest(blob, digest.algorithm))) !== digest.hex) return false
      await storing(target, () => put(blob, target))
      return true
    },
    async listing(id, revision) {
      try {
        return await list(home, id, revision)
      } catch (error) {
        if (error instanceof PatchError) throw error
        return storing(home, () => Promise.reject(error))
      }
    },
  }
}
