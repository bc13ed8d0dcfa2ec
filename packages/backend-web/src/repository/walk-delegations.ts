import type { TargetsRole } from './targets-role.ts'

/** Most roles to visit for one path. */
const mostRoles = 32

/**
 * The roles that are responsible for a path, in order of precedence (TUF 1.0, §5.6.7): the targets role, then those it delegates
 * the path to, in preorder, up to a terminating one.
 *
 * @param load loads the verified metadata of a role, whose keys its delegator names
 */
export async function walkDelegations(
  path: string,
  load: (role: string, delegator: string) => Promise<TargetsRole>,
): Promise<readonly TargetsRole[]> {
  const found = new Map<string, TargetsRole>()
  let open = [{ name: 'targets', delegator: 'root' }]
  for (let next = open.pop(); next && found.size < mostRoles; next = open.pop()) {
    const { name, delegator } = next
    if (found.has(name)) continue
    const role = await load(name, delegator)
    found.set(name, role)
    const all = (role.delegations?.roles ?? []).filter(({ paths = [] }) =>
      paths.some((pattern) => matches(path, pattern)),
    )
    const end = all.findIndex(({ terminating }) => terminating)
    if (end >= 0) open = []
    const given = end < 0 ? all : all.slice(0, end + 1)
    open.push(...given.map((one) => ({ name: one.name, delegator: name })).reverse())
  }
  return [...found.values()]
}

/** Whether a delegation's pattern matches a path. */
function matches(path: string, pattern: string): boolean {
  const source = pattern.replace(/[^*?]/g, escaped).replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]')
  return new RegExp(`^${source}$`, 's').test(path)
}

const escaped = (character: string) => character.replace(/[\\^$.+()[\]{}|/]/, '\\$&')
