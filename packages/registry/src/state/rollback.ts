import { PatchError } from '@policypatch/core'
import type { JournalChange, JournalEntry } from './journal.ts'
import type { LockedPatches } from './lock-file.ts'
import { nextState } from './next-state.ts'
import { withWanted } from './project-file.ts'
import type { StateContext } from './state-context.ts'
import { changeState, type State } from './transaction.ts'

/**
 * Undoes the last change of the named patch or, without a name, everything that was last changed together. Another call undoes
 * the change before. The patches that this needs are in the store, or are fetched again from their source, and must be the same
 * as before.
 *
 * @throws PatchError `NOT_FOUND` if nothing is left to undo; `PATCH_CONFLICT` if other patches need what is undone
 */
export function rollback(context: StateContext, name?: string): Promise<JournalEntry | undefined> {
  return changeState(context.place, context.command, async (state, history) => {
    const undone = lastChange(history, name)
    if (!undone) throw nothingLeft(name)
    const back = undone.changes.reduce(takeBack, state)
    const models = [...new Set(undone.changes.map(({ model }) => model))]
    const next = await nextState(context, state, back, { models, upgrade: false, lockedOnly: true, history })
    const changes = next.changes.map((change) => {
      const isOwn = undone.changes.some((one) => one.model === change.model && one.name === change.name)
      return isOwn ? { ...change, undoes: undone.id } : change
    })
    return { ...next, changes }
  })
}

/** The last change that was not undone, and does not itself undo another. */
export function lastChange(
  history: readonly JournalEntry[],
  name: string | undefined,
): Pick<JournalEntry, 'id' | 'changes'> | undefined {
  const key = (id: string | undefined, change: JournalChange) =>
    JSON.stringify([id, change.model, change.name])
  const undone = new Set<string>()
  for (const { id, changes } of [...history].reverse()) {
    const own = changes.filter((change) => name === undefined || change.name === name)
    for (const change of own) if (change.undoes !== undefined) undone.add(key(change.undoes, change))
    const left = own.filter((change) => change.undoes === undefined && !undone.has(key(id, change)))
    if (left.length > 0) return { id, changes: left }
  }
  return undefined
}

/** The state before a change of one patch. */
function takeBack({ project, lock }: State, { model, name, before }: JournalChange): State {
  const { [name]: _, ...others } = lock.models[model] ?? {}
  const patches: LockedPatches = before ? { ...others, [name]: before } : others
  return {
    project: withWanted(project, model, name, before?.wanted),
    lock: { models: { ...lock.models, [model]: patches } },
  }
}

const nothingLeft = (name: string | undefined) =>
  new PatchError('NOT_FOUND', {
    expected: `a change${name === undefined ? '' : ` of ${name}`} to take back`,
    found: 'none that was not taken back',
    remedy: '`policypatch history` shows what was changed',
  })
