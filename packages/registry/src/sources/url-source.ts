import { environmentFetch } from '@policypatch/backend-node'
import { boundedDownload } from '@policypatch/backend-web/repository'
import { PatchError } from '@policypatch/core'
import { sha256 } from '@policypatch/core/platform'
import { mostArchiveBytes, readArchive } from './archive/read-archive.ts'
import { type PatchSource, readVersion } from './patch-source.ts'
import { checkSecure } from './source-spec.ts'

/** Most redirects to follow. */
const mostHops = 5

/** The patch in an archive at a URL, which must have the given digest. */
export function urlSource(url: string, digest: string): PatchSource {
  return {
    specificationVersion: 'v1',
    async versions() {
      const bytes = await boundedDownload(url, mostArchiveBytes, { fetch: secureFetch })
      if (!bytes) {
        throw new PatchError('NOT_FOUND', {
          expected: `an archive at ${url}`,
          found: 'none',
          remedy: 'Check the address',
        })
      }
      const found = await sha256(bytes)
      if (found !== digest) {
        throw new PatchError('DIGEST_MISMATCH', {
          expected: `SHA-256 ${digest} of ${url}`,
          found,
          remedy: 'Do not use it: it is not the file that the digest was made of',
        })
      }
      return [readVersion(await readArchive(bytes, url), `${url}#sha256=${digest}`)]
    },
  }
}

/** Follows redirects only to URLs that could have been given themselves. */
export const secureFetch: typeof fetch = async (input, init) => {
  let url = new URL(String(input))
  for (let hop = 0; hop <= mostHops; hop++) {
    checkSecure(url)
    const response = await environmentFetch(url.href, { ...init, redirect: 'manual' })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    url = new URL(location, url)
  }
  throw new PatchError('UNREACHABLE', {
    expected: `an answer from ${String(input)}`,
    found: `more than ${mostHops} redirects`,
    remedy: 'Give the address that it leads to',
  })
}
