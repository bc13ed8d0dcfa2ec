import { environmentFetch, hubSettings } from '@policypatch/backend-node'
import { fetchStorage } from '@policypatch/backend-web/storage'
import { PatchError, readPatch } from '@policypatch/core'
import { hubFetch, retryingFetch } from '@policypatch/core/platform'
import { type PatchSource, readVersion } from './patch-source.ts'

/**
 * The patch in a repository of the Hugging Face Hub, or of another server with its protocol, with its patch.json at the top,
 * where `push` puts it. A branch or tag is resolved to its commit, which is what gets locked.
 *
 * @param repo `owner/name`
 */
export function hubSource(repo: string, revision: string): PatchSource {
  return {
    specificationVersion: 'v1',
    async versions() {
      const settings = hubSettings()
      const hubUrl = settings.hubUrl()
      const access = hubFetch({ hubUrl, token: settings.token(), fetch: environmentFetch })
      const commit = await commitOf(
        `${hubUrl}/api/models/${repo}/revision/${encodeURIComponent(revision)}`,
        access,
      )
      const storage = fetchStorage(`${hubUrl}/${repo}/resolve/${commit}`, { fetch: access })
      return [readVersion(await readPatch({ storage, path: '.' }), `hf:${repo}@${commit}`)]
    },
  }
}

async function commitOf(url: string, access: typeof fetch): Promise<string> {
  const response = await retryingFetch({ fetch: access })(url)
  const { sha } = response.ok ? ((await response.json()) as { readonly sha?: unknown }) : { sha: undefined }
  if (typeof sha === 'string' && /^[0-9a-f]{40}$/.test(sha)) return sha
  throw new PatchError('UNREACHABLE', {
    expected: `the commit of a revision from ${url}`,
    found: response.ok ? 'an answer without one' : `HTTP ${response.status}`,
    remedy: 'Check the id, the revision and HF_ENDPOINT',
  })
}
