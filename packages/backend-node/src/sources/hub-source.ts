import { PatchError } from '@policypatch/core'
import {
  digestMismatch,
  formatHubId,
  type HubFile,
  type HubListing,
  hubAddress,
  hubFetch,
  hubFileUrl,
  listHubFiles,
  type RetryOptions,
  retryingFetch,
  throwIfAborted,
} from '@policypatch/core/platform'
import { checkRoom } from '../download/check-room.ts'
import { download } from '../download/download.ts'
import { environmentFetch } from '../download/environment-fetch.ts'
import { type ModelCache, pinnedName } from '../download/model-cache.ts'
import { isVerified, recordVerified } from '../download/verified-file.ts'
import { fileStorage } from '../files/file-storage.ts'
import { hubSettings } from './hub-settings.ts'
import { huggingFaceCache } from './hugging-face-cache.ts'
import { listingRecord } from './listing-record.ts'
import type { FetchOptions, ModelFiles, ModelSource } from './model-source.ts'

export interface HubSourceOptions extends Omit<RetryOptions, 'signal'> {
  /** `owner/name`. */
  readonly repo: string
  /** A branch, tag or commit. Default `main`. The cache keeps the commit that it pointed to when it was first fetched. */
  readonly revision?: string | undefined
  /** One GGUF file of the repository. Default: its safetensors weights, else its only GGUF model. */
  readonly file?: string | undefined
  /** The quantization of the GGUF model, such as `Q8_0`, instead of `file`. */
  readonly quantization?: string | undefined
  /** SHA-256 (hex) that `file` must have. Default: the one that the Hub lists. */
  readonly sha256?: string | undefined
  /** Default: the environment's HF_ENDPOINT, else the Hugging Face Hub. */
  readonly hubUrl?: string | undefined
  /** Default: the environment's HF_TOKEN, else that of `hf auth login`; empty for none. It is sent to the Hub only. */
  readonly token?: string | undefined
}

/**
 * A model of the Hugging Face Hub, or of another server with its protocol. Every file is verified. Files in the cache of
 * Python's huggingface_hub are reused. Requests use HTTP_PROXY, HTTPS_PROXY and NO_PROXY, unless `fetch` is given.
 * HF_HUB_OFFLINE forbids them.
 */
export function hubSource(options: HubSourceOptions): ModelSource {
  const { repo, revision = 'main', file, quantization, sha256, token, ...rest } = options
  const retry = { ...rest, fetch: options.fetch ?? environmentFetch }
  if ((sha256 && !file) || (file && quantization)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'sha256 together with file, and file without quantization',
      found: file ? 'file and quantization' : 'sha256 alone',
      remedy: 'Pass only file; other models are verified with the digests that the Hub lists',
    })
  }
  const settings = hubSettings()
  const hubUrl = options.hubUrl ? hubAddress(options.hubUrl, 'hubUrl') : settings.hubUrl()
  const id = { repo, revision, file, quantization }
  const name = `Hub model ${formatHubId(id)}`
  const storage = fileStorage()
  const { host, pathname } = new URL(hubUrl)
  const home = ['hub', `${host}${pathname.replaceAll('/', ' ')}`.trim(), ...repo.split('/')]
  const python = huggingFaceCache(settings.cacheFolder, repo)
  const record = (cache: ModelCache) => listingRecord(cache, home, id)

  const targetOf = (cache: ModelCache, commit: string, file: string) =>
    cache.path(...(sha256 ? ['sha256', sha256] : [...home, commit]), ...file.split('/'))

  const found = (
    cache: ModelCache,
    { commit, kind, files }: Omit<HubListing, 'files'> & Named,
  ): ModelFiles => ({
    storage,
    path: kind === 'gguf' ? targetOf(cache, commit, files[0]?.name ?? '') : cache.path(...home, commit),
    kind,
    source: file && sha256 ? pinnedName(file, sha256) : name,
  })

  async function cached(cache: ModelCache): Promise<ModelFiles | undefined> {
    if (sha256 && file) {
      const digest = { algorithm: 'sha256', hex: sha256 } as const
      if (!(await isVerified(cache, targetOf(cache, revision, file), digest))) return undefined
      return found(cache, { commit: revision, kind: 'gguf', files: [{ name: file }] })
    }
    const listing = await record(cache).read()
    for (const { name, digest, size } of listing?.files ?? []) {
      if (!(await isVerified(cache, targetOf(cache, listing?.commit ?? '', name), digest, size)))
        return undefined
    }
    return listing && found(cache, listing)
  }

  async function list(access: typeof fetch, signal: AbortSignal | undefined): Promise<HubListing> {
    if (settings.isOffline) {
      const listing = await python.listing(id, revision)
      if (listing) return listing
      throw offline('no complete copy')
    }
    try {
      return await listHubFiles({ ...id, hubUrl, fetch: retryingFetch({ ...retry, fetch: access, signal }) })
    } catch (error) {
      throwIfAborted(signal, `the listing of ${repo}`)
      throw error
    }
  }

  const offline = (what: string) =>
    new PatchError('UNREACHABLE', {
      expected: `${formatHubId(id)} on this machine, because HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set`,
      found: what,
      remedy: `Unset it, download the model first (\`hf download ${repo}\`), or use the path of a model`,
    })

  return {
    specificationVersion: 'v1',
    name,
    cached,
    async fetch(cache, { signal, onProgress }: FetchOptions = {}) {
      const present = await cached(cache)
      if (present) return present
      const access = hubFetch({ hubUrl, token: token ?? settings.token(), fetch: retry.fetch })
      const listing = await list(access, signal)
      const files = listing.files.map((listed) => pinned(listed, options))
      const total = files.reduce((sum, { size }) => sum + size, 0)
      const missing: (HubFile & { target: string })[] = []
      let before = 0
      for (const listed of files) {
        const target = targetOf(cache, listing.commit, listed.name)
        if (!(await isVerified(cache, target, listed.digest, listed.size))) {
          await storage.remove(target)
          if (await python.take(listed, target)) await recordVerified(cache, target, listed.digest)
          else missing.push({ ...listed, target })
        }
        if (missing.at(-1)?.name !== listed.name) before += listed.size
      }
      if (settings.isOffline && missing[0]) throw offline(`${missing[0].path} missing or damaged`)
      await checkRoom(missing)
      for (const { name, path, target, digest, size } of missing) {
        const offset = before
        await download({
          ...retry,
          url: hubFileUrl(hubUrl, repo, listing.commit, path),
          target,
          digest,
          size,
          fetch: access,
          signal,
          onProgress: (done) => onProgress?.({ file: name, done: offset + done, total }),
        })
        await recordVerified(cache, target, digest)
        before += size
      }
      // Written last, because a record means that every file of the commit is there.
      await record(cache).write({ ...listing, files })
      return found(cache, listing)
    },
  }
}

interface Named {
  readonly files: readonly { readonly name: string }[]
}

/** The listed file with the required digest. A conflicting digest is rejected before anything is downloaded. */
function pinned(listed: HubFile, { repo, sha256 }: HubSourceOptions): HubFile {
  if (!sha256) return listed
  const digest = { algorithm: 'sha256', hex: sha256 } as const
  if (listed.digest.algorithm === 'sha256' && listed.digest.hex !== sha256) {
    throw digestMismatch(`${repo}/${listed.path}`, digest, listed.digest.hex)
  }
  return { ...listed, digest }
}
