import { PatchError } from '@policypatch/core'
import { changeRepository, type PublishOptions, renewed } from './change-repository.ts'
import {
  keysOf,
  type RepositoryState,
  type SignedDelegation,
  type SignedTargets,
  type TopRole,
  topRoles,
} from './repository-state.ts'
import { type KeyType, keyIdOf, makeRoleKey, type TufKey } from './role-keys.ts'

export interface RotateKeysOptions extends PublishOptions {
  /** `root`, `targets`, `snapshot`, `timestamp`, or a publisher. */
  readonly role: string
  /** How many keys it gets, and how many of them must sign. Default as before. */
  readonly count?: number | undefined
  readonly threshold?: number | undefined
  /** Default `ecdsa`. */
  readonly keyType?: KeyType | undefined
}

/**
 * Replaces the keys of a role. The new keys are created in the first folder of keys, and signed for by the old keys of root or,
 * for a publisher, by those of targets. Clients adopt the new keys automatically.
 *
 * @returns ids of the new keys
 * @throws PatchError `INVALID_ARGUMENT` for an unknown role, for missing keys and for a threshold that cannot be met
 */
export async function rotateKeys({
  role,
  count,
  threshold,
  keyType = 'ecdsa',
  ...options
}: RotateKeysOptions): Promise<readonly string[]> {
  return changeRepository(options, async (state, { now, ring }) => {
    const before = keysOf(state, role)
    const next = { count: count ?? before.keyids.length, threshold: threshold ?? before.threshold }
    if (next.threshold < 1 || next.threshold > next.count) throw unmet(role, next)
    // Before keys are created that nothing would use.
    const by = isTop(role) ? 'root' : 'targets'
    ring.require(by, keysOf(state, by))
    const keys: Record<string, TufKey> = {}
    for (let i = 0; i < next.count; i++) {
      const [folder = ''] = options.keys
      const key = await makeRoleKey(role, { folder, type: keyType, passphrase: options.passphrase })
      keys[keyIdOf(key)] = key
    }
    const own = { keyids: Object.keys(keys), threshold: next.threshold }
    return { change: isTop(role) ? topChange(role) : publisherChange(), result: own.keyids }

    function topChange(top: TopRole) {
      const roles = { ...state.root.roles, [top]: own }
      const root = renewed({ ...state.root, roles, keys: used({ ...state.root.keys, ...keys }, roles) }, now)
      const targets = new Map(
        top === 'targets' ? [['targets', state.targets.get('targets') as SignedTargets]] : [],
      )
      return { root, targets }
    }

    function publisherChange() {
      const top = state.targets.get('targets') as SignedTargets
      const delegations = top.delegations as NonNullable<SignedTargets['delegations']>
      const roles = delegations.roles.map((one) => (one.name === role ? { ...one, ...own } : one))
      const changed: SignedTargets = {
        ...top,
        delegations: { roles, keys: used({ ...delegations.keys, ...keys }, roles) },
      }
      return { targets: new Map([['targets', changed] as const, [role, publishedBy(state, role)] as const]) }
    }
  })
}

const isTop = (role: string): role is TopRole => (topRoles as readonly string[]).includes(role)

const publishedBy = (state: RepositoryState, role: string) => state.targets.get(role) as SignedTargets

/** The keys that roles name. */
export function used(
  keys: Readonly<Record<string, TufKey>>,
  roles: Readonly<Record<string, { readonly keyids: readonly string[] }>> | readonly SignedDelegation[],
): Record<string, TufKey> {
  const ids = new Set(Object.values(roles).flatMap(({ keyids }) => keyids))
  return Object.fromEntries(Object.entries(keys).filter(([id]) => ids.has(id)))
}

const unmet = (role: string, { count, threshold }: { readonly count: number; readonly threshold: number }) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: `a threshold of ${role} from 1 to the number of its keys`,
    found: `${threshold} of ${count}`,
    remedy: 'Correct the threshold',
  })
