import { walkDelegations } from '@policypatch/backend-web/repository'
import { PatchError } from '@policypatch/core'
import type { RepositoryState, SignedTargets } from './repository-state.ts'

export interface FoundPublisher {
  readonly role: string
  readonly signed: SignedTargets
}

/** The role that publishes at a path: the first that it is delegated to. Throws `INVALID_ARGUMENT` if there is none. */
export async function findPublisher({ targets }: RepositoryState, path: string): Promise<FoundPublisher> {
  const names: string[] = []
  await walkDelegations(path, async (name) => {
    names.push(name)
    return targets.get(name) as SignedTargets
  })
  const role = names.find((name) => name !== 'targets')
  const signed = role === undefined ? undefined : targets.get(role)
  if (role !== undefined && signed) return { role, signed }
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a publisher of ${path.split('/')[0]} in the repository`,
    found: 'none',
    remedy: 'Give one the name with `policypatch repo delegate`',
  })
}
