import { isAbsolute, relative, resolve } from 'node:path'
import { PatchError } from '@policypatch/core'
import type { OfferedVersion, VersionSummary } from '../sources/patch-source.ts'
import { formatWanted, parseSource, type SourceSpec } from '../sources/source-spec.ts'
import { sourceVersions } from './choose-patches.ts'
import type { JournalEntry } from './journal.ts'
import { nextState } from './next-state.ts'
import { type ProjectFile, withWanted } from './project-file.ts'
import type { StateContext } from './state-context.ts'
import type { StatePlace } from './state-place.ts'
import { changeState, type State, type StateChange } from './transaction.ts'
import { allInRange, checkRange, compatibleWith, isExact } from './version-range.ts'

export interface InstallOptions {
  /** The base model that it is for, if a name has versions for several. */
  readonly model?: string | undefined
  /** Whether a version may have different content than before. */
  readonly replace?: boolean
}

/**
 * Installs patches, each given in a form that `parseSource` accepts, and writes them into policypatch.json. Without any, what
 * policypatch.json wants is installed, and what is locked stays.
 *
 * @returns the journal entry; undefined if nothing changed
 */
export function install(
  context: StateContext,
  patches: readonly string[],
  { model, replace = false }: InstallOptions = {},
): Promise<JournalEntry | undefined> {
  return changeState(context.place, context.command, async (state, history) => {
    let { project } = state
    const models = new Set<string>()
    const names = new Set<string>()
    const read = new Map<string, readonly OfferedVersion[]>()
    for (const text of patches) {
      const found = await findPatch(context, project, placed(context.place, parseSource(text)), model)
      project = withWanted(project, found.model, found.name, found.wanted)
      read.set(found.name, found.versions)
      names.add(found.name)
      models.add(found.model)
    }
    const affected = patches.length > 0 ? [...models] : Object.keys(project.models)
    const options = { models: affected, upgrade: names, read, history, replace }
    return ifChanged(await nextState(context, state, { project, lock: state.lock }, options), state)
  })
}

/** A path as written to policypatch.json: relative to the folder of a project, which may be moved as a whole; else absolute. */
function placed({ kind, folder }: StatePlace, spec: SourceSpec): SourceSpec {
  if (spec.kind !== 'file') return spec
  const path = resolve(spec.path)
  const inProject = relative(folder, path).replaceAll('\\', '/')
  return { ...spec, path: kind === 'project' && !isAbsolute(inProject) ? inProject || '.' : path }
}

/** A change, or undefined if it changes nothing. */
export function ifChanged(change: StateChange, before: State): StateChange | undefined {
  const isNothing = change.changes.length + change.added.length + change.removed.length === 0
  return isNothing && JSON.stringify(change.project) === JSON.stringify(before.project) ? undefined : change
}

/** The patch of a source, the base model that it is for, and what to write for it into policypatch.json. */
async function findPatch(
  context: StateContext,
  project: ProjectFile,
  spec: SourceSpec,
  asked: string | undefined,
): Promise<{ name: string; model: string; wanted: string; versions: readonly OfferedVersion[] }> {
  if ('range' in spec) checkRange(spec.range)
  const versions = await sourceVersions(context, project)(spec)
  const range = 'range' in spec ? spec.range : '*'
  const fitting = allInRange(versions, range).filter(({ yanked }) => yanked === undefined || isExact(range))
  const found: VersionSummary[] = []
  for (const offered of fitting) {
    const summary = await offered.describe()
    if (asked === undefined || summary.base.id === asked) found.push(summary)
    // Only repositories tell what their versions are for without reading them.
    if (found.length > 0 && spec.kind !== 'repository') break
  }
  const newest = found.find(({ base }) => project.models[base.id]) ?? found[0]
  if (!newest) throw notFound(spec, versions, asked)
  const isOpen = 'range' in spec && spec.range === '*'
  const wanted = formatWanted(isOpen ? { ...spec, range: compatibleWith(newest.version) } : spec)
  return { name: newest.name, model: newest.base.id, wanted, versions }
}

function notFound(
  spec: SourceSpec,
  versions: readonly OfferedVersion[],
  model: string | undefined,
): PatchError {
  const all = versions.map(({ version, yanked }) =>
    yanked === undefined ? version : `${version} (withdrawn)`,
  )
  return new PatchError('NOT_FOUND', {
    expected: `a version ${'range' in spec ? `in ${spec.range} ` : ''}of ${'name' in spec ? spec.name : formatWanted(spec)}${
      model === undefined ? '' : ` for ${model}`
    }`,
    found: all.slice(0, 10).join(', ') || 'none',
    remedy: 'Ask for another version; one that was withdrawn is installed only by its exact version',
  })
}
