import type { Repository } from '@policypatch/backend-web/repository'
import { PatchError } from '@policypatch/core'
import { type OfferedVersion, type PatchSource, patchOfFiles } from './patch-source.ts'

/** The repositories of policypatch.json by their names, each opened when it is needed. */
export type Repositories = ReadonlyMap<string, () => Promise<Repository>>

/**
 * The versions of a patch in a repository.
 *
 * @param only the repository's name; absent: the one among all that has the patch
 * @throws PatchError `NOT_FOUND`; `INVALID_ARGUMENT` if several have it, because whoever registers a name elsewhere must not take
 *   it over
 */
export function repositorySource(repositories: Repositories, name: string, only?: string): PatchSource {
  return {
    specificationVersion: 'v1',
    async versions() {
      const having: { readonly id: string; readonly offered: OfferedVersion[] }[] = []
      for (const [id, open] of repositories) {
        if (only !== undefined && id !== only) continue
        const repository = await open()
        const versions = await repository.versions(name)
        const offered = versions.map((one) => offeredVersion(repository, id, one)).reverse()
        if (offered.length > 0) having.push({ id, offered })
      }
      const [first, ...others] = having
      if (first && others.length === 0) return first.offered
      throw first
        ? inSeveral(name, [first.id, ...others.map(({ id }) => id)])
        : inNone(name, repositories, only)
    },
  }
}

function offeredVersion(
  repository: Repository,
  id: string,
  { name, version, summary, yanked }: Awaited<ReturnType<Repository['versions']>>[number],
): OfferedVersion {
  return {
    version,
    source: `repository:${id}`,
    ...(yanked !== undefined && { yanked }),
    describe: async () => ({ name, version, ...summary }),
    read: async () => patchOfFiles(await repository.read(name, version), name),
  }
}

const inSeveral = (name: string, ids: readonly string[]) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: `${name} in one repository`,
    found: `it in ${ids.join(' and ')}`,
    remedy: `Say which one is meant, such as ${ids[0]}:${name}`,
  })

function inNone(name: string, repositories: Repositories, only: string | undefined): PatchError {
  const asked = only === undefined ? [...repositories.keys()] : [only]
  const isUnknown = only !== undefined && !repositories.has(only)
  return new PatchError('NOT_FOUND', {
    expected: `the patch ${name} in ${asked.join(', ') || 'a repository'}`,
    found: isUnknown
      ? `no repository ${only} in policypatch.json`
      : repositories.size === 0
        ? 'no repository in policypatch.json'
        : 'no version of it',
    remedy:
      repositories.size === 0 || isUnknown
        ? 'Add the repository to policypatch.json, or give the folder, archive or address of the patch'
        : 'Check the name',
  })
}
