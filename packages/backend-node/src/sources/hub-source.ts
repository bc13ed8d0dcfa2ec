import { join } from 'node:path'
import { HUB_URL } from '@huggingface/hub'
import {
  digestMismatch,
  type HubListing,
  hubFetch,
  listHubFiles,
  PatchError,
  type RetryOptions,
  retryingFetch,
  throwIfAborted,
  unreachable,
} from '@policypatch/core'
import { download } from '../download.ts'
import { fileStorage } from '../file-storage.ts'
import { type ModelCache, pinnedName } from '../model-cache.ts'
import type { FetchOptions, ModelFiles, ModelSource } from './model-source.ts'

export interface HubSourceOptions extends Omit<RetryOptions, 'signal'> {
  /** `owner/name`. */
  readonly repo: string
  /** A branch, tag or commit. Default `main`. What it stood for when it was fetched first stays in the cache. */
  readonly revision?: string | undefined
  /** One GGUF file of the repository. Default: its safetensors weights with config and tokenizer. */
  readonly file?: string | undefined
  /** SHA-256 (hex) that `file` must have. Default: the one that the Hub gives. */
  readonly sha256?: string | undefined
  /** Default: the environment's HF_ENDPOINT, else the Hugging Face Hub. */
  readonly hubUrl?: string | undefined
  /** Default: the environment's HF_TOKEN. */
  readonly token?: string | undefined
}

/** Milliseconds for the questions that come before the first download. */
const listingTimeout = 60_000

/** A model of the Hugging Face Hub, or of another that speaks its protocol. Every file is verified. */
export function hubSource(options: HubSourceOptions): ModelSource {
  const { repo, revision = 'main', file, sha256, token = process.env.HF_TOKEN, ...retry } = options
  if (sha256 && !file) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'sha256 together with file',
      found: 'sha256 alone',
      remedy: 'Name the file; those of a safetensors model are verified by what the Hub gives',
    })
  }
  const hubUrl = (options.hubUrl || process.env.HF_ENDPOINT || HUB_URL).replace(/\/+$/, '')
  const name = `Hub model ${repo}${file ? `/${file}` : ''}@${revision}`
  const access = hubFetch({ hubUrl, token, fetch: retry.fetch })
  const storage = fileStorage()
  const home = ['hub', new URL(hubUrl).host, ...repo.split('/')]
  const identity = file && sha256 ? pinnedName(file, sha256) : name
  const kind = file ? 'gguf' : 'safetensors'
  const found = (path: string): ModelFiles => ({ storage, path, kind, source: identity })

  const folderOf = (cache: ModelCache, commit: string) =>
    sha256 ? cache.path('sha256', sha256) : cache.path(...home, commit)
  const recordOf = (cache: ModelCache) =>
    cache.path(...home, 'refs', encodeURIComponent(revision), `${file ?? 'safetensors'}.json`)

  async function cached(cache: ModelCache): Promise<ModelFiles | undefined> {
    if (sha256 && file) {
      const path = cache.path('sha256', sha256, file)
      return (await storage.exists(path)) ? found(path) : undefined
    }
    const record = recordOf(cache)
    if (!(await storage.exists(record))) return undefined
    const { commit, files }: HubListing = JSON.parse(new TextDecoder().decode(await storage.read(record)))
    const folder = folderOf(cache, commit)
    for (const { name } of files) if (!(await storage.exists(join(folder, name)))) return undefined
    return found(file ? join(folder, file) : folder)
  }

  async function list(signal: AbortSignal | undefined): Promise<HubListing> {
    const deadline = AbortSignal.timeout(listingTimeout)
    const either = signal ? AbortSignal.any([signal, deadline]) : deadline
    const patient = retryingFetch({ ...retry, fetch: access, signal: either })
    try {
      return await listHubFiles({ repo, revision, file, hubUrl, fetch: patient })
    } catch (error) {
      throwIfAborted(signal, `the listing of ${repo}`)
      if (deadline.aborted) throw unreachable(hubUrl, `no listing within ${listingTimeout / 1000} s`, error)
      if (error instanceof PatchError) throw error
      throw unreachable(hubUrl, (error as Error).message, error)
    }
  }

  return {
    specificationVersion: 'v1',
    name,
    cached,
    async fetch(cache, { signal, onProgress }: FetchOptions = {}) {
      const present = await cached(cache)
      if (present) return present
      const { commit, files } = await list(signal)
      const folder = folderOf(cache, commit)
      const total = files.reduce((sum, { size }) => sum + size, 0)
      let before = 0
      for (const { name, size, digest } of files) {
        // Said before anything is downloaded: the Hub holds another file than the one asked for.
        if (sha256 && digest?.algorithm === 'sha256' && digest.hex !== sha256) {
          throw digestMismatch(`${repo}/${name}`, { algorithm: 'sha256', hex: sha256 }, digest.hex)
        }
        const target = join(folder, name)
        if (!(await storage.exists(target))) {
          const offset = before
          await download({
            ...retry,
            url: `${hubUrl}/${repo}/resolve/${commit}/${encodeURIComponent(name)}`,
            target,
            digest: sha256 ? { algorithm: 'sha256', hex: sha256 } : digest,
            fetch: access,
            signal,
            onProgress: (done) => onProgress?.({ file: name, done: offset + done, total }),
          })
        }
        before += size
      }
      // Written last: a record says that every file of the commit is there.
      const record = new TextEncoder().encode(`${JSON.stringify({ commit, files })}\n`)
      await storage.write(recordOf(cache), record)
      return found(file ? join(folder, file) : folder)
    },
  }
}
