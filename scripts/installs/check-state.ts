import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { heldPatch } from '../../packages/registry/src/state/held-patches.ts'
import type { JournalEntry } from '../../packages/registry/src/state/journal.ts'
import type { LockedPatches } from '../../packages/registry/src/state/lock-file.ts'
import { type StatePlace, storeFolder } from '../../packages/registry/src/state/state-place.ts'
import { readHistory, readState } from '../../packages/registry/src/state/transaction.ts'

/**
 * What is wrong with a state: whether it matches its journal and nothing is missing.
 *
 * @param told ids of the changes that were reported as done
 */
export async function stateFaults(place: StatePlace, told: readonly string[]): Promise<string[]> {
  const faults: string[] = []
  const history = await readHistory(place)
  const { project, lock } = await readState(place)
  const ids = history.map(({ id }) => id)
  for (const id of told) if (!ids.includes(id)) faults.push(`the journal lacks ${id}`)
  if (new Set(ids).size < ids.length) faults.push('the journal has an entry twice')

  const { models, stored, broken } = replay(history)
  faults.push(...broken)
  if (!isDeepStrictEqual(models, withoutEmpty(lock.models)))
    faults.push('policypatch.lock is not what the journal says')
  for (const [model, patches] of Object.entries(lock.models)) {
    for (const [name, { version, digest, wanted }] of Object.entries(patches)) {
      if ((await heldPatch(place, name, version))?.digest !== digest)
        faults.push(`${name} ${version} is not there`)
      if (project.models[model]?.[name] !== wanted) faults.push(`${name} is not wanted as it is locked`)
    }
  }
  const there = await versionsIn(storeFolder(place))
  if (!isDeepStrictEqual(there, stored)) faults.push(`the store has ${there}, the journal ${stored}`)
  if (existsSync(join(place.own, 'pending.json'))) faults.push('a change is still pending')
  return faults
}

/** The state that a journal describes. */
function replay(history: readonly JournalEntry[]) {
  const models: Record<string, LockedPatches> = {}
  const stored = new Set<string>()
  const broken: string[] = []
  for (const { id, changes, added, removed } of history) {
    for (const { model, name, before, after } of changes) {
      const { [name]: now, ...others } = models[model] ?? {}
      if (!isDeepStrictEqual(now, before)) broken.push(`${id} changes ${name} from what it was not`)
      models[model] = after ? { ...others, [name]: after } : others
    }
    for (const { name, version } of added) stored.add(`${name}/${version}`)
    for (const { name, version } of removed) stored.delete(`${name}/${version}`)
  }
  return { models: withoutEmpty(models), stored: [...stored].sort(), broken }
}

const withoutEmpty = (models: Readonly<Record<string, LockedPatches>>) =>
  Object.fromEntries(Object.entries(models).filter(([, patches]) => Object.keys(patches).length > 0))

async function versionsIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return []
  const names = await readdir(folder)
  const all = await Promise.all(
    names.map(async (name) => (await readdir(join(folder, name))).map((version) => `${name}/${version}`)),
  )
  return all.flat().sort()
}
