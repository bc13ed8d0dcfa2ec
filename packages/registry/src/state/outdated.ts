import { parseWanted } from '../sources/source-spec.ts'
import { sourceVersions } from './choose-patches.ts'
import { lockedSpec } from './lock-file.ts'
import { configuredRepositories, type StateContext } from './state-context.ts'
import { readState, type State } from './transaction.ts'
import { allInRange, isNamed } from './version-range.ts'

/** A patch in use, and what its source has now. */
export interface OutdatedPatch {
  readonly model: string
  readonly name: string
  readonly version: string
  /** The newest version that policypatch.json allows; the one in use if there is none newer. */
  readonly inRange: string
  readonly newest: string
  /** Why the version in use was withdrawn. */
  readonly yanked?: string
  /** A patch of a repository that supersedes the version in use. */
  readonly supersededBy?: string
}

/** The patches in use that are not the newest of their source, were withdrawn, or are superseded. */
export async function outdated(context: StateContext): Promise<readonly OutdatedPatch[]> {
  const state = await readState(context.place)
  const sources = sourceVersions(context, state.project)
  const successors = await superseding(context, state)
  const found: OutdatedPatch[] = []
  for (const [model, patches] of Object.entries(state.lock.models)) {
    for (const [name, locked] of Object.entries(patches)) {
      const { version } = locked
      const text = state.project.models[model]?.[name]
      const exact = lockedSpec(name, locked)
      const spec =
        text === undefined ? ('range' in exact ? { ...exact, range: '*' } : exact) : parseWanted(name, text)
      const versions = await sources(spec)
      const open = versions.filter(({ yanked }) => yanked === undefined)
      const fitting = allInRange(open, 'range' in spec ? spec.range : '*')
      const inRange = fitting[0]?.version ?? version
      const newest = allInRange(open, '*')[0]?.version ?? version
      const yanked = versions.find((one) => one.version === version)?.yanked
      const supersededBy = successors.find(({ names }) =>
        names.some((named) => isNamed({ name, version }, named)),
      )?.by
      const row: OutdatedPatch = {
        ...{ model, name, version, inRange, newest },
        ...(yanked !== undefined && { yanked }),
        ...(supersededBy !== undefined && { supersededBy }),
      }
      if (inRange !== version || newest !== version || yanked !== undefined || supersededBy !== undefined)
        found.push(row)
    }
  }
  return found
}

/** The patches of all repositories that supersede others. */
async function superseding(context: StateContext, { project }: State) {
  const found: { readonly by: string; readonly names: readonly string[] }[] = []
  for (const open of configuredRepositories(context, project).values()) {
    for (const { name, version, summary, yanked } of await (await open()).list()) {
      const { supersedes = [] } = summary
      if (yanked === undefined && supersedes.length > 0)
        found.push({ by: `${name} ${version}`, names: supersedes })
    }
  }
  return found.reverse()
}
