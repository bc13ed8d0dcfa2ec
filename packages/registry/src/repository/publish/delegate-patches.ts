import { PatchError } from '@policypatch/core'
import { changeRepository, lifetimes, type PublishOptions } from './change-repository.ts'
import { advisoriesRole, checkRoleName } from './create-repository.ts'
import type { SignedDelegation, SignedTargets } from './repository-state.ts'
import { type KeyType, keyIdOf, makeRoleKey, type TufKey } from './role-keys.ts'

export interface DelegatePatchesOptions extends PublishOptions {
  /** Created with keys of its own if it does not exist. */
  readonly publisher: string
  /** Names of patches, in which `*` matches any characters, such as `acme-*`. */
  readonly patches: readonly string[]
  readonly keyType?: KeyType | undefined
}

/**
 * Delegates patch names to a publisher. From then on, nobody else can publish under them.
 *
 * @throws PatchError `INVALID_ARGUMENT` for names that another publisher has or has used, and for missing keys
 */
export async function delegatePatches(options: DelegatePatchesOptions): Promise<void> {
  const { publisher, patches, keyType = 'ecdsa' } = options
  checkRoleName(publisher)
  const paths = patches.map((name) => `${checkedPattern(name)}/*`)
  await changeRepository(options, async (state, { ring }) => {
    ring.require('targets', state.root.roles.targets)
    const top = state.targets.get('targets') as SignedTargets
    const { roles = [], keys = {} } = top.delegations ?? {}
    for (const [name, { targets }] of state.targets) {
      if (name !== publisher) refuseUsed(name, Object.keys(targets), roles, paths)
    }
    const held = roles.find(({ name }) => name === publisher)
    if (held) {
      const next = { ...held, paths: [...new Set([...held.paths, ...paths])] }
      const all = roles.map((one) => (one === held ? next : one))
      const changed = { ...top, delegations: { keys, roles: all } }
      return { change: { targets: new Map([['targets', changed]]) }, result: undefined }
    }
    const [folder = ''] = options.keys
    const key: TufKey = await makeRoleKey(publisher, {
      folder,
      type: keyType,
      passphrase: options.passphrase,
    })
    const made = { name: publisher, keyids: [keyIdOf(key)], threshold: 1, terminating: true, paths }
    // Before the publisher that has every other name.
    const last = roles.findIndex((one) => one.paths.includes('*/*'))
    const at = last < 0 ? roles.length : last
    const changed: SignedTargets = {
      ...top,
      delegations: {
        keys: { ...keys, [keyIdOf(key)]: key },
        roles: [...roles.slice(0, at), made, ...roles.slice(at)],
      },
    }
    const empty: SignedTargets = {
      ...{ _type: 'targets', spec_version: top.spec_version, version: 0, expires: top.expires },
      ...{ 'x-policypatch-lifetime-days': lifetimes.targets, targets: {} },
    }
    const targets = new Map([['targets', changed] as const, [publisher, empty] as const])
    return { change: { targets }, result: undefined }
  })
}

function checkedPattern(name: string): string {
  if (/^[a-z0-9*][a-z0-9._*-]{0,63}$/.test(name) && name !== '*' && name !== advisoriesRole) return name
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'names of patches, such as harmfulness or acme-*',
    found: name,
    remedy: 'Use a-z, 0-9, ".", "_", "-" and "*"',
  })
}

/** Throws if another publisher already has one of the names, or has patches under it. */
function refuseUsed(
  role: string,
  files: readonly string[],
  roles: readonly SignedDelegation[],
  paths: readonly string[],
): void {
  const own = roles.find(({ name }) => name === role)?.paths.filter((path) => path !== '*/*') ?? []
  const matches = (path: string, pattern: string) =>
    new RegExp(`^${pattern.replace(/[.]/g, '\\.').replaceAll('*', '[^/]*')}$`).test(path)
  const taken = own.filter((path) => paths.some((one) => matches(path, one) || matches(one, path)))
  const published = files.filter((file) => paths.some((one) => matches(file, one)))
  const names = [...taken, ...(taken.length === 0 ? published : [])].map((path) => path.split('/')[0])
  if (names.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `names that ${role} neither has nor has published under`,
    found: [...new Set(names)].join(', '),
    remedy: 'Choose other names, or let that publisher go on with them',
  })
}
