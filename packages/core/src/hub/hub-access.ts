import { PatchError } from '../errors.ts'

export interface HubAccessOptions {
  readonly hubUrl: string
  /** For gated and private models. */
  readonly token: string | undefined
  /** Default: the platform's fetch. */
  readonly fetch?: typeof fetch | undefined
}

const absent: Readonly<Record<string, string>> = {
  RepoNotFound: 'Check the id',
  RevisionNotFound: 'Check the revision: a branch, a tag or a commit of 40 digits',
  EntryNotFound: 'Check the name of the file',
}

const how = 'use a token that can read it (in Node: HF_TOKEN, or `hf auth login`)'

/** The error for a refusal that no retry can fix, with what the user can do about it. */
function refusal(response: Response, url: string, token: string | undefined): PatchError | undefined {
  const { status, headers } = response
  const reason = headers.get('x-error-code') ?? ''
  const message = headers.get('x-error-message')
  const found = `HTTP ${status}${reason && ` (${reason})`}${message ? `: ${message.slice(0, 200)}` : ''}`
  if (status === 404 || (status === 401 && reason === 'RevisionNotFound')) {
    return new PatchError('NOT_FOUND', {
      expected: `a model, revision and file at ${url}`,
      found,
      remedy: absent[reason] ?? 'Check the id, the revision and the name of the file',
    })
  }
  if (status !== 401 && status !== 403) return undefined
  if (reason === 'GatedRepo') {
    const remedy = `Accept the model's terms on its page, and ${token ? 'check that your token can read gated models' : how}`
    return new PatchError('UNREACHABLE', { expected: `access to ${url}`, found, remedy })
  }
  // The Hub answers 401 for repositories that do not exist as well, so as not to give away private ones.
  const remedy = token
    ? 'Check the id, and that your token is valid and can read this model (in Node: HF_TOKEN, or the token of `hf auth login`)'
    : `Check the id; for a gated or private model, accept its terms on its page and ${how}`
  return new PatchError('UNREACHABLE', { expected: `access to ${url}`, found, remedy })
}

/** A fetch for one Hub: it sends the token to the Hub, not to where that redirects, and explains refusals. */
export function hubFetch({ hubUrl, token, ...options }: HubAccessOptions): typeof fetch {
  const origin = new URL(hubUrl).origin
  return async (input, init = {}) => {
    const url = String(input)
    const headers = new Headers(init.headers)
    if (token && new URL(url).origin === origin) headers.set('authorization', `Bearer ${token}`)
    const response = await (options.fetch ?? fetch)(url, { ...init, headers })
    const error = refusal(response, url, token)
    if (!error) return response
    await response.body?.cancel()
    throw error
  }
}
