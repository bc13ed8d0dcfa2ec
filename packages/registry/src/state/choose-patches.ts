import { PatchError } from '@policypatch/core'
import { type OpenSourceOptions, openSource } from '../sources/open-source.ts'
import { type OfferedVersion, unreadVersion } from '../sources/patch-source.ts'
import { parseWanted, type SourceSpec } from '../sources/source-spec.ts'
import { heldPatch } from './held-patches.ts'
import { type LockedPatch, lockedSpec } from './lock-file.ts'
import { type ChosenVersion, type Need, resolvePatches } from './resolve-patches.ts'
import { configuredRepositories, type StateContext } from './state-context.ts'
import type { State } from './transaction.ts'
import { allInRange, checkRange, isExact } from './version-range.ts'

export interface ChoosePatchesOptions {
  /** Names of patches that may leave their locked version; `true` for all of them. */
  readonly upgrade: ReadonlySet<string> | boolean
  /** Versions of wanted patches that were already looked up, by the patches' names. */
  readonly read?: ReadonlyMap<string, readonly OfferedVersion[]>
  /** Whether only locked versions are chosen. */
  readonly lockedOnly?: boolean
}

/** Chooses the versions of a base model's patches; see `resolvePatches`. Locked versions stay if they can. */
export async function choosePatches(
  context: StateContext,
  { project, lock }: State,
  model: string,
  { upgrade, read, lockedOnly = false }: ChoosePatchesOptions,
): Promise<ReadonlyMap<string, ChosenVersion>> {
  const wanted = project.models[model] ?? {}
  const locked = lock.models[model] ?? {}
  const sources = sourceVersions(context, project)
  const mayLeave = (name: string) =>
    !lockedOnly && (upgrade === true || (upgrade !== false && upgrade.has(name)))

  const needs = Object.entries(wanted).map(([name, text]) => {
    const spec = parseWanted(name, text)
    const range = 'range' in spec ? spec.range : '*'
    if ('range' in spec) checkRange(range)
    return { name, range, by: 'policypatch.json wants' }
  })

  /** Where a patch comes from: what policypatch.json says, else where it came from before, else any repository. */
  const specOf = ({ name, range }: Need): SourceSpec => {
    if (wanted[name] !== undefined) return parseWanted(name, wanted[name])
    const before = locked[name] && lockedSpec(name, locked[name])
    if (before?.kind === 'repository' || before?.kind === 'npm') return { ...before, range }
    return before ?? { kind: 'repository', name, range }
  }

  const offers = async (need: Need): Promise<readonly OfferedVersion[]> => {
    const versions = read?.get(need.name) ?? (await sources(specOf(need)))
    const fitting = allInRange(versions, need.range)
    return fitting.filter(({ yanked }) => yanked === undefined || isExact(need.range))
  }

  return resolvePatches({
    model,
    wanted: needs,
    async *candidates(need) {
      const held = locked[need.name]
      const text = wanted[need.name]
      // If the wanted source is not the one it came from, it is chosen anew.
      const stays = held && (text === undefined || isSameSource(held, need.name, text))
      const first = stays ? allInRange([lockedVersion(context, sources, need.name, held)], need.range) : []
      if (!mayLeave(need.name)) yield* first
      // Other versions are looked up only if the locked one cannot be used.
      if (lockedOnly) return
      for (const offered of await offers(need)) {
        if (mayLeave(need.name) || !first.some(({ version }) => version === offered.version)) yield offered
      }
    },
  })
}

/** Whether a locked patch came from the source that is wanted now, whatever its version. */
function isSameSource(held: LockedPatch, name: string, text: string): boolean {
  if (text === held.wanted) return true
  const [wanted, before] = [parseWanted(name, text), lockedSpec(name, held)]
  if (wanted.kind === 'repository' && before.kind === 'repository') {
    return wanted.repository === undefined || wanted.repository === before.repository
  }
  return wanted.kind === 'npm' && before.kind === 'npm' && wanted.name === before.name
}

type SourceVersions = (spec: SourceSpec) => Promise<readonly OfferedVersion[]>

/** The versions of sources. Each source is asked once. */
export function sourceVersions(context: StateContext, project: State['project']): SourceVersions {
  const options: OpenSourceOptions = {
    ...{ folder: context.place.folder, cache: context.cache },
    repositories: configuredRepositories(context, project),
  }
  const asked = new Map<string, Promise<readonly OfferedVersion[]>>()
  return (spec) => {
    const key = JSON.stringify({ ...spec, range: undefined })
    const versions = asked.get(key) ?? openSource(spec, options).then((source) => source.versions())
    asked.set(key, versions)
    return versions
  }
}

/** A locked version: from the store if it is there, else from its source. */
function lockedVersion(
  { place }: StateContext,
  sources: SourceVersions,
  name: string,
  locked: LockedPatch,
): OfferedVersion {
  const { version, source, digest } = locked
  const fetched = async () => {
    const held = await heldPatch(place, name, version)
    if (held?.digest === digest) return held.patch
    const offered = (await sources(lockedSpec(name, locked))).find((one) => one.version === version)
    if (!offered) throw notOffered(name, locked)
    return offered.read()
  }
  return unreadVersion(version, source, fetched)
}

const notOffered = (name: string, { version, source }: LockedPatch) =>
  new PatchError('NOT_FOUND', {
    expected: `${name} ${version} from ${source}, as locked in policypatch.lock`,
    found: 'other versions',
    remedy: 'Ask its publisher, or choose another version with `policypatch install`',
  })
