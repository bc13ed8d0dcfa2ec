import { PatchError } from '@policypatch/core'
import { formatWanted, parseWanted } from '../sources/source-spec.ts'
import { ifChanged } from './install.ts'
import type { JournalEntry } from './journal.ts'
import { type LockedPatch, lockedSpec } from './lock-file.ts'
import { nextState } from './next-state.ts'
import { withWanted } from './project-file.ts'
import type { StateContext } from './state-context.ts'
import { changeState, type State } from './transaction.ts'

/**
 * Upgrades some patches, or all, to the newest versions that policypatch.json allows.
 *
 * @throws PatchError `NOT_FOUND` for a name that is not installed
 */
export function upgrade(context: StateContext, names: readonly string[]): Promise<JournalEntry | undefined> {
  return changeState(context.place, context.command, async (state, history) => {
    const models = names.length === 0 ? Object.keys(state.project.models) : modelsWith(state, names)
    const chosen = names.length === 0 ? true : new Set(names)
    return ifChanged(await nextState(context, state, state, { models, upgrade: chosen, history }), state)
  })
}

/** Pins a patch to the version in use, or to another, until policypatch.json wants something else. Throws `NOT_FOUND`. */
export function pin(
  context: StateContext,
  name: string,
  version: string | undefined,
): Promise<JournalEntry | undefined> {
  return changeState(context.place, context.command, async (state, history) => {
    const models = modelsWith(state, [name])
    let { project } = state
    for (const model of models) {
      const locked = state.lock.models[model]?.[name] as LockedPatch
      const text = project.models[model]?.[name]
      project = withWanted(project, model, name, pinned(name, locked, text, version))
    }
    const options = { models, upgrade: new Set(version === undefined ? [] : [name]), history }
    return ifChanged(await nextState(context, state, { project, lock: state.lock }, options), state)
  })
}

/** What to write into policypatch.json for a patch that stays at one version. */
function pinned(
  name: string,
  locked: LockedPatch,
  text: string | undefined,
  version = locked.version,
): string {
  const spec = text === undefined ? lockedSpec(name, locked) : parseWanted(name, text)
  if ('range' in spec) return formatWanted({ ...spec, range: version })
  if (version === locked.version) return locked.source
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a source of ${name} with several versions`,
    found: locked.source,
    remedy: 'Install the other version from where it is',
  })
}

/** The base models that use any of these patches. Throws `NOT_FOUND` for a patch that none of them uses. */
export function modelsWith({ lock }: State, names: readonly string[]): string[] {
  const models = Object.keys(lock.models)
  for (const name of names) {
    if (!models.some((model) => lock.models[model]?.[name])) throw notInstalled(name, lock)
  }
  return models.filter((model) => names.some((name) => lock.models[model]?.[name]))
}

function notInstalled(name: string, { models }: State['lock']): PatchError {
  const names = [...new Set(Object.values(models).flatMap((patches) => Object.keys(patches)))]
  return new PatchError('NOT_FOUND', {
    expected: `an installed patch ${name}`,
    found: names.length > 0 ? `${names.join(', ')}` : 'none',
    remedy: 'Install it first; `policypatch list` shows what is there',
  })
}
