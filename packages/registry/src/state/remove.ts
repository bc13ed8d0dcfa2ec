import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { compareVersions } from '@policypatch/core/patch'
import type { JournalEntry } from './journal.ts'
import { nextState } from './next-state.ts'
import { withWanted } from './project-file.ts'
import type { StateContext } from './state-context.ts'
import { type StatePlace, storeFolder } from './state-place.ts'
import { changeState } from './transaction.ts'

/**
 * Removes one version of a patch, or all of them, from the store. A patch whose version in use is removed is no longer used. The
 * journal remembers the version.
 *
 * @throws PatchError `NOT_FOUND`; `PATCH_CONFLICT` if another patch requires it
 */
export function remove(
  context: StateContext,
  name: string,
  version?: string,
): Promise<JournalEntry | undefined> {
  return changeState(context.place, context.command, async (state, history) => {
    const { lock } = state
    const held = await heldVersions(context.place, name)
    const removed = version === undefined ? held : held.filter((one) => one === version)
    const models = Object.keys(lock.models).filter((model) => {
      const locked = lock.models[model]?.[name]
      return locked && (version === undefined || locked.version === version)
    })
    if (removed.length === 0 && models.length === 0) throw notThere(context.place, name, version, held)
    let { project } = state
    for (const model of models) project = withWanted(project, model, name, undefined)
    const next = await nextState(
      context,
      state,
      { project, lock },
      { models, upgrade: false, lockedOnly: true, history },
    )
    for (const model of models) {
      if (next.lock.models[model]?.[name]) throw stillRequired(name, model)
    }
    return { ...next, removed: removed.map((one) => ({ name, version: one })) }
  })
}

/** The versions of a patch in the store, from oldest to newest. */
export async function heldVersions(place: StatePlace, name: string): Promise<string[]> {
  const folder = join(storeFolder(place), name)
  if (!/^[a-z0-9]/.test(name) || /[/\\]/.test(name) || !existsSync(folder)) return []
  const versions = (await readdir(folder)).filter((one) => /^\d+\.\d+\.\d+/.test(one))
  return versions.sort(compareVersions)
}

const notThere = (place: StatePlace, name: string, version: string | undefined, held: readonly string[]) =>
  new PatchError('NOT_FOUND', {
    expected: `patch ${name}${version === undefined ? '' : ` ${version}`} in ${storeFolder(place)}`,
    found: held.length > 0 ? `versions ${held.join(', ')}` : 'no version',
    remedy: 'Check the name; `policypatch list` shows what is installed',
  })

const stillRequired = (name: string, model: string) =>
  new PatchError('PATCH_CONFLICT', {
    expected: `no patch for ${model} that requires ${name}`,
    found: 'one that does',
    remedy: `\`policypatch why ${name}\` says which; remove that one first`,
  })
