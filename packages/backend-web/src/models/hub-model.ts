import {
  hubFetch,
  knownModel,
  listHubFiles,
  PatchError,
  parseHubId,
  type RetryOptions,
  retryingFetch,
  throwIfAborted,
  unreachable,
} from '@policypatch/core'
import type { ModelFile, ModelRecord } from './model-record.ts'

export interface HubModelOptions extends RetryOptions {
  /** The Hub, or another server that speaks its protocol. Default: the Hugging Face Hub. */
  readonly hubUrl?: string | undefined
  /** For gated and private models. It is sent to the Hub only. */
  readonly token?: string | undefined
}

/** What a Hub id stands for: the files to fetch, and what they must hash to. */
export async function hubModel(id: string, options: HubModelOptions): Promise<ModelRecord> {
  const { hubUrl, access } = hubOf(options)
  const known = knownModel(id)
  const { repo, revision = 'main', file } = known ?? parseHubId(id)
  const at = (commit: string, name: string) =>
    `${hubUrl}/${repo}/resolve/${commit}/${encodeURIComponent(name)}`
  if (known) {
    const digest = { algorithm: 'sha256', hex: known.sha256 } as const
    const only: ModelFile = { name: known.file, url: at(known.revision, known.file), digest }
    return { id, complete: false, files: [only], source: `${known.file} (SHA-256 ${known.sha256})` }
  }
  const { signal } = options
  const fetch = retryingFetch({ ...options, fetch: access })
  try {
    const { commit, files } = await listHubFiles({ repo, revision, file, hubUrl, fetch })
    return {
      id,
      complete: false,
      files: files.map(({ name, size, digest }) => ({ name, url: at(commit, name), size, digest })),
      source: `Hub model ${repo}${file ? `/${file}` : ''}@${commit}`,
    }
  } catch (error) {
    throwIfAborted(signal, `the listing of ${repo}`)
    if (error instanceof PatchError) throw error
    throw unreachable(hubUrl, (error as Error).message, error)
  }
}

/** The Hub's address, and a fetch that carries the token to it alone. */
export function hubOf({ hubUrl = 'https://huggingface.co', token, ...retry }: HubModelOptions) {
  const address = hubUrl.replace(/\/+$/, '')
  return { hubUrl: address, access: hubFetch({ hubUrl: address, token, fetch: retry.fetch }) }
}
