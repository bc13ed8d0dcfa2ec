import { type Place, sha256, storedAt } from '@policypatch/core/platform'
import type { DownloadOptions } from './bounded-download.ts'
import { type Repository, repositoryOf } from './repository.ts'
import { webTufClient } from './tuf/web-tuf-client.ts'

export interface OpenWebRepositoryOptions {
  /** URL of the folder with `metadata/` and `targets/`; its server must allow the page's origin. */
  readonly url: string
  /** Trusted root metadata: the bytes of its `N.root.json`, which ship with the page. */
  readonly root: Uint8Array
  /** Folder for the verified metadata of all repositories, used to detect a return to an older state. */
  readonly cache: Place
  readonly download?: DownloadOptions
}

/**
 * Opens a repository of patches in a page (The Update Framework 1.0): updates its metadata, starting from the trusted root.
 * Everything that is read from it later belongs to this state.
 *
 * @throws PatchError `EXPIRED` for metadata that its owner let expire, or that somebody withholds; `ROLLED_BACK` for an older
 *   state than one seen before; `SIGNATURE_INVALID` for too few signatures; `DIGEST_MISMATCH` for parts of several states;
 *   `MALFORMED`; `NOT_FOUND` for absent files; `UNSUPPORTED` for files that are too long; `UNREACHABLE`
 */
export async function openWebRepository({
  url,
  root,
  cache,
  download,
}: OpenWebRepositoryOptions): Promise<Repository> {
  const base = url.replace(/\/+$/, '')
  // A different trusted root starts with an empty cache.
  const name = `${await sha256(new TextEncoder().encode(base))}${await sha256(root)}`
  const id = (await sha256(new TextEncoder().encode(name))).slice(0, 32)
  const { storage, path } = storedAt(cache)
  return repositoryOf(
    await webTufClient({ url: base, root, kept: { storage, path: `${path}/${id}` }, download }),
  )
}
