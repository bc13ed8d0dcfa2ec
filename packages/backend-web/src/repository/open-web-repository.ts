import { type Place, sha256, storedAt } from '@policypatch/core/platform'
import type { DownloadOptions } from './bounded-download.ts'
import { type Repository, repositoryOf } from './repository.ts'
import { webTufClient } from './tuf/web-tuf-client.ts'

export interface OpenWebRepositoryOptions {
  /** Of the folder with `metadata/` and `targets/`; its server must allow the page's origin. */
  readonly url: string
  /** Root metadata that are trusted: the bytes of its `N.root.json`, which the page brings along. */
  readonly root: Uint8Array
  /** Folder for the verified metadata of all repositories, by which an older state is found out. */
  readonly cache: Place
  readonly download?: DownloadOptions
}

/**
 * Opens a repository of patches in a page (The Update Framework 1.0): brings its metadata up to date from the root that is
 * trusted. All that is read from it later is of this state.
 *
 * @throws PatchError `EXPIRED` for metadata that their owner has let run out, or that somebody holds back; `ROLLED_BACK` for an
 *   older state than one seen before; `SIGNATURE_INVALID` for too few signatures; `DIGEST_MISMATCH` for parts of several
 *   states; `MALFORMED`; `NOT_FOUND` for absent files; `UNSUPPORTED` for files that are too long; `UNREACHABLE`
 */
export async function openWebRepository({
  url,
  root,
  cache,
  download,
}: OpenWebRepositoryOptions): Promise<Repository> {
  const base = url.replace(/\/+$/, '')
  // Who trusts another root begins anew.
  const name = `${await sha256(new TextEncoder().encode(base))}${await sha256(root)}`
  const id = (await sha256(new TextEncoder().encode(name))).slice(0, 32)
  const { storage, path } = storedAt(cache)
  return repositoryOf(
    await webTufClient({ url: base, root, kept: { storage, path: `${path}/${id}` }, download }),
  )
}
