import { installedPatches } from '../state/installed.ts'
import { configuredRepositories, type StateContext } from '../state/state-context.ts'
import type { StatePlace } from '../state/state-place.ts'
import { readState } from '../state/transaction.ts'
import { type Advisory, parseAdvisory } from './advisory.ts'
import type { AuditedPatch } from './audit-model.ts'

/** The advisories of the repositories in policypatch.json, and the patches that they offer. */
export interface RepositoryFaults {
  readonly advisories: readonly Advisory[]
  /** With the repository's name in policypatch.json, from which a version can be installed. */
  readonly available: readonly (AuditedPatch & { readonly repository: string })[]
}

/**
 * Updates the repositories of a state, and reads their advisories and versions.
 *
 * @throws the errors of `openRepository`; `MALFORMED` for an invalid advisory
 */
export async function repositoryFaults(context: StateContext): Promise<RepositoryFaults> {
  const { project } = await readState(context.place)
  const advisories: Advisory[] = []
  const available: (AuditedPatch & { readonly repository: string })[] = []
  for (const [repository, open] of configuredRepositories(context, project)) {
    const opened = await open()
    advisories.push(...(await opened.advisories()).map((one) => parseAdvisory(one, repository)))
    for (const { name, version, summary, yanked } of await opened.list())
      available.push({ name, version, base: summary.base, effects: summary.effects, yanked, repository })
  }
  return { advisories, available }
}

/**
 * The patches in use in a place, for an audit. If no base model uses a patch, because a program put it into the store, its newest
 * version counts.
 */
export async function auditedPatches(place: StatePlace): Promise<AuditedPatch[]> {
  const all = await installedPatches(place)
  const used = new Set(all.flatMap(({ patch, used: by }) => (by ? [patch.manifest.name] : [])))
  const newest = new Map(all.map(({ patch }) => [patch.manifest.name, patch]))
  const counted = all.filter(
    ({ patch, used: by }) =>
      by !== undefined || (!used.has(patch.manifest.name) && newest.get(patch.manifest.name) === patch),
  )
  return counted.map(({ patch: { manifest } }) => ({
    name: manifest.name,
    version: manifest.version,
    base: manifest.base,
    effects: manifest.effects,
  }))
}
