import { PatchError } from '../errors.ts'

export interface HubAccessOptions {
  readonly hubUrl: string
  /** For gated and private models. */
  readonly token: string | undefined
  /** Default: the platform's own. */
  readonly fetch?: typeof fetch | undefined
}

/** Refusals that no repetition mends, in the words of who can mend them. */
function refusal(response: Response, url: string, token: string | undefined): PatchError | undefined {
  const reason = response.headers.get('x-error-code')
  const found = `HTTP ${response.status}${reason ? ` (${reason})` : ''}`
  if (response.status === 404) {
    return new PatchError('NOT_FOUND', {
      expected: `a model, revision and file at ${url}`,
      found,
      remedy: 'Check the id, the revision and the name of the file',
    })
  }
  if (response.status !== 401 && response.status !== 403) return undefined
  // The Hub answers 401 for repositories that do not exist as well, so as not to give away private ones.
  const remedy = token
    ? "Accept the model's terms on its page, and check that your token (in Node: HF_TOKEN) may read it"
    : 'Check the id; for a gated or private model accept its terms on its page and give a token of yours (in Node: HF_TOKEN)'
  return new PatchError('UNREACHABLE', { expected: `access to ${url}`, found, remedy })
}

/** Fetch for one Hub: it carries the token to the Hub, not to where that redirects, and explains refusals. */
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
