import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import { importPackage } from '@policypatch/core/platform'
import type { StateContext } from './state-context.ts'
import { changeState } from './transaction.ts'

export interface TrustRepositoryOptions {
  /** The repository's name here. */
  readonly name: string
  readonly url: string
  /** Root metadata that its owner published, or the SHA-256 (hex) of one that it serves. */
  readonly root: Uint8Array | string
}

export interface TrustedRepository {
  readonly name: string
  readonly url: string
  /** File of the root metadata, relative to the folder of policypatch.json. */
  readonly root: string
  /** Names of its patches. */
  readonly patches: readonly string[]
}

/**
 * Adds a repository to policypatch.json, after reading it from the root to be trusted.
 *
 * @throws PatchError the errors of `openRepository`; `DIGEST_MISMATCH` if no root has the digest; `INVALID_ARGUMENT` for an
 *   invalid name or URL
 */
export async function trustRepository(
  context: StateContext,
  { name, url, root: given }: TrustRepositoryOptions,
): Promise<TrustedRepository> {
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(name)) throw notAName(name)
  if (!/^https?:/.test(URL.canParse(url) ? new URL(url).protocol : '')) throw notAnAddress(url)
  const { openRepository } = await importPackage(
    'tuf-js',
    'which reads repositories',
    () => import('../repository/read/open-repository.ts'),
  )
  const { trustedRoot } = await import('../repository/read/trusted-root.ts')
  const root = typeof given === 'string' ? await trustedRoot(url, given) : given
  const opened = await openRepository({ url, root, cache: join(context.cache, 'repositories') })
  const patches = [...new Set((await opened.list()).map((one) => one.name))]
  // Under a name of its own, so that the file and the entry that names it change at the same time.
  const digest = createHash('sha256').update(root).digest('hex')
  const file = `${name}.${digest.slice(0, 8)}.root.json`
  await fileStorage(context.place.folder).write(file, root)
  await changeState(context.place, context.command, async ({ project, lock }) => ({
    project: { ...project, repositories: { ...project.repositories, [name]: { url, root: file } } },
    ...{ lock, changes: [], added: [], removed: [] },
  }))
  return { name, url, root: file, patches }
}

const notAName = (name: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: 'a name for the repository: 1 to 64 of a-z, 0-9, ".", "_" and "-"',
    found: name,
    remedy: 'Choose another name',
  })

const notAnAddress = (url: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: 'the address of a repository, such as https://patches.example',
    found: url,
    remedy: 'Give the address of the folder that has metadata/ and targets/',
  })
