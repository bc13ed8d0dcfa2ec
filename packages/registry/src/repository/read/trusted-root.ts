import { createHash } from 'node:crypto'
import { environmentFetch } from '@policypatch/backend-node'
import { boundedDownload, type DownloadOptions } from '@policypatch/backend-web/repository'
import { PatchError } from '@policypatch/core'

const mostRootBytes = 512_000
const mostRoots = 256

/**
 * The root metadata of a repository that has the digest its owner announced. It may be of any version, because clients find their
 * way from it to the newest.
 *
 * @param url URL of the folder with `metadata/`
 * @param digest SHA-256 in hexadecimal
 * @throws PatchError `DIGEST_MISMATCH` if none has it; `NOT_FOUND`, `UNREACHABLE`
 */
export async function trustedRoot(
  url: string,
  digest: string,
  download: DownloadOptions = {},
): Promise<Uint8Array> {
  const base = url.replace(/\/+$/, '')
  const found: string[] = []
  for (let version = 1; version <= mostRoots; version++) {
    const address = `${base}/metadata/${version}.root.json`
    const bytes = await boundedDownload(address, mostRootBytes, { fetch: environmentFetch, ...download })
    if (!bytes) break
    const own = createHash('sha256').update(bytes).digest('hex')
    if (own === digest.toLowerCase()) return bytes
    found.push(own)
  }
  throw new PatchError(found.length > 0 ? 'DIGEST_MISMATCH' : 'NOT_FOUND', {
    expected: `root metadata with the SHA-256 ${digest} at ${base}/metadata/`,
    found: found.join(', ') || 'no 1.root.json',
    remedy: 'Check the address, and the digest with the owner of the repository',
  })
}
