import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { environmentFetch, fileStorage } from '@policypatch/backend-node'
import { type DownloadOptions, type Repository, repositoryOf } from '@policypatch/backend-web/repository'
import { tufJsClient } from './tuf-js-client.ts'

export interface OpenRepositoryOptions {
  /** URL of the folder with `metadata/` and `targets/`. */
  readonly url: string
  /** Trusted root metadata: the bytes of its `N.root.json` that the operator was given. */
  readonly root: Uint8Array
  /** Folder for the verified metadata of all repositories, used to detect a return to an older state. */
  readonly cache: string
  readonly download?: DownloadOptions
}

/**
 * Opens a repository of patches (The Update Framework 1.0, https://theupdateframework.github.io/specification/): updates its
 * metadata with `tuf-js`, starting from the trusted root. Everything that is read from it later belongs to this state.
 *
 * @throws PatchError `EXPIRED` for metadata that its owner let expire, or that somebody withholds; `ROLLED_BACK` for an older
 *   state than one seen before; `SIGNATURE_INVALID` for too few signatures; `DIGEST_MISMATCH` for parts of several states;
 *   `MALFORMED`; `NOT_FOUND` for absent files; `UNSUPPORTED` for files that are too long; `UNREACHABLE`
 */
export async function openRepository({
  url,
  root,
  cache,
  download = {},
}: OpenRepositoryOptions): Promise<Repository> {
  const base = url.replace(/\/+$/, '')
  // A different trusted root starts with an empty cache.
  const id = createHash('sha256').update(`${base}\n`).update(root).digest('hex').slice(0, 32)
  const client = await tufJsClient({
    ...{ url: base, root },
    cache: fileStorage(join(cache, id)),
    download: { fetch: environmentFetch, ...download },
  })
  return repositoryOf(client)
}
