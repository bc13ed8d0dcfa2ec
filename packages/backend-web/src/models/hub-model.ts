import {
  formatHubId,
  hubAddress,
  hubFetch,
  hubFileUrl,
  knownModel,
  listHubFiles,
  parseHubId,
  type RetryOptions,
  retryingFetch,
  throwIfAborted,
} from '@policypatch/core/platform'
import type { ModelFile, ModelRecord } from './model-record.ts'

export interface HubModelOptions extends RetryOptions {
  /** The Hub, or another server with its protocol. Default: the Hugging Face Hub. */
  readonly hubUrl?: string | undefined
  /** For gated and private models. It is sent to the Hub only. */
  readonly token?: string | undefined
  /** Receives the terms of a known model before it is fetched. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/** The record of a Hub id: the files to download, and the digests they must have. */
export async function hubModel(id: string, options: HubModelOptions): Promise<ModelRecord> {
  const { hubUrl, access } = hubOf(options)
  const parsed = parseHubId(id, hubUrl)
  const known = knownModel(formatHubId(parsed))
  if (known) {
    const { repo, revision, file, sha256, terms } = known
    if (terms) options.onNotice?.(terms)
    const digest = { algorithm: 'sha256', hex: sha256 } as const
    const only: ModelFile = { name: file, url: hubFileUrl(hubUrl, repo, revision, file), digest }
    return { id, complete: false, files: [only], source: `${file} (SHA-256 ${sha256})` }
  }
  const { repo, revision = 'main' } = parsed
  const { signal } = options
  const fetch = retryingFetch({ ...options, fetch: access })
  try {
    const { commit, files } = await listHubFiles({ ...parsed, revision, hubUrl, fetch })
    return {
      id,
      complete: false,
      // Each model has its own folder, so its files are stored side by side, without the folders of the repository.
      files: files.map(({ path, name, size, digest }) => ({
        name: name.split('/').at(-1) as string,
        url: hubFileUrl(hubUrl, repo, commit, path),
        size,
        digest,
      })),
      source: `Hub model ${formatHubId({ ...parsed, revision: commit })}`,
    }
  } catch (error) {
    throwIfAborted(signal, `the listing of ${repo}`)
    throw error
  }
}

/** The Hub's URL, and a fetch that sends the token only there. */
export function hubOf({ hubUrl = 'https://huggingface.co', token, ...retry }: HubModelOptions) {
  const address = hubAddress(hubUrl, 'hubUrl')
  return { hubUrl: address, access: hubFetch({ hubUrl: address, token, fetch: retry.fetch }) }
}
