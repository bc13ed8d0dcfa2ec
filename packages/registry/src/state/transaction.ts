/**
 * Atomic changes of a project or machine. A change is first written as `pending.json`, in one piece. From then on it counts as
 * made, and the next process finishes what a killed one began. Every step can be repeated. One process at a time makes changes,
 * and readers finish what is pending before they read.
 */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import type { Patch } from '@policypatch/core'
import { parseJsonFile } from '@policypatch/core/platform'
import { withFolderLock } from '../files/folder-lock.ts'
import { appendEntry, type JournalEntry, parseEntry, readJournal } from './journal.ts'
import { emptyLock, formatLockFile, type LockFile, parseLockFile } from './lock-file.ts'
import { emptyProject, formatProjectFile, type ProjectFile, parseProjectFile } from './project-file.ts'
import { lockFileName, projectFileName, type StatePlace, storeFolder } from './state-place.ts'

/** What a project or machine wants and has. */
export interface State {
  readonly project: ProjectFile
  readonly lock: LockFile
}

/** A new state, and what is added to the store and removed from it for that. */
export interface StateChange extends State {
  readonly changes: JournalEntry['changes']
  readonly added: readonly { readonly patch: Patch; readonly digest: string }[]
  readonly removed: JournalEntry['removed']
}

/** A change that has been decided on, as it is in pending.json. */
interface Pending {
  readonly entry: JournalEntry
  /** Text of policypatch.json, if it changes; otherwise the file keeps the formatting of its author. */
  readonly project?: string
  /** Text of policypatch.lock. */
  readonly lock: string
}

const patience = 10 * 60_000

const pendingFile = ({ own }: StatePlace) => join(own, 'pending.json')
const staging = ({ own }: StatePlace) => join(own, 'staging')
export const journalFile = ({ own }: StatePlace): string => join(own, 'journal.jsonl')

/** The last state that was reached. */
export async function readState(place: StatePlace): Promise<State> {
  await endPending(place)
  return currentState(place)
}

/** The entries of the journal, the oldest first. */
export async function readHistory(place: StatePlace): Promise<JournalEntry[]> {
  await endPending(place)
  return readJournal(journalFile(place))
}

/** Finishes what a killed process began, so that the files are those of one state. */
export async function endPending(place: StatePlace): Promise<void> {
  if (existsSync(pendingFile(place))) await alone(place, async () => undefined)
}

/**
 * Changes a state, while nobody else does.
 *
 * @param command for the journal
 * @param decide returns the new state, given the current one; undefined if nothing has to change
 * @returns the journal entry
 * @throws PatchError `STORAGE_FAILED` if another process is at work for ten minutes
 */
export async function changeState(
  place: StatePlace,
  command: string,
  decide: (state: State, history: readonly JournalEntry[]) => Promise<StateChange | undefined>,
): Promise<JournalEntry | undefined> {
  return alone(place, async (checkHeld) => {
    const state = await currentState(place)
    const change = await decide(state, await readJournal(journalFile(place)))
    if (!change) return undefined
    const id = randomUUID()
    for (const { patch } of change.added) {
      const { name, version } = patch.manifest
      await patch.save({ storage: fileStorage(), path: join(staging(place), id, name, version) })
    }
    const entry: JournalEntry = {
      ...{ id, time: new Date().toISOString(), command, changes: change.changes },
      added: change.added.map(({ patch: { manifest }, digest }) => ({
        ...{ name: manifest.name, version: manifest.version, digest },
      })),
      removed: change.removed,
    }
    const project = formatProjectFile(change.project)
    const pending: Pending = {
      entry,
      ...(project !== formatProjectFile(state.project) && { project }),
      lock: formatLockFile(change.lock),
    }
    await checkHeld()
    // Keep the project's own folder out of version control: what it holds can be fetched again.
    if (place.kind === 'project') await writeIfOther(join(place.own, '.gitignore'), '*\n')
    await fileStorage().write(pendingFile(place), utf8(JSON.stringify(pending)))
    await end(place)
    return entry
  })
}

/** Does something in a settled state that no other process changes meanwhile. */
const alone = <T>(place: StatePlace, work: (checkHeld: () => Promise<void>) => Promise<T>): Promise<T> =>
  withFolderLock(
    join(place.own, 'lock'),
    async (checkHeld) => {
      if (existsSync(pendingFile(place))) await end(place)
      // Remove leftovers of changes that were not decided on.
      await rm(staging(place), { recursive: true, force: true })
      return work(checkHeld)
    },
    { patience },
  )

/** Takes the steps of a change that was decided on, including those already taken. */
async function end(place: StatePlace): Promise<void> {
  const storage = fileStorage()
  const { entry, project, lock } = parsePending(await storage.read(pendingFile(place)), pendingFile(place))
  for (const { name, version } of entry.added) {
    const staged = join(staging(place), entry.id, name, version)
    if (existsSync(staged)) await replaceFolder(staged, join(storeFolder(place), name, version))
  }
  if (project !== undefined) await writeIfOther(join(place.folder, projectFileName), project)
  await writeIfOther(join(place.folder, lockFileName), lock)
  for (const { name, version } of entry.removed) {
    await storage.remove(join(storeFolder(place), name, version))
    const left = join(storeFolder(place), name)
    if (existsSync(left) && (await storage.list(left)).length === 0) await storage.remove(left)
  }
  await appendEntry(journalFile(place), entry)
  await storage.remove(pendingFile(place))
  await rm(staging(place), { recursive: true, force: true })
}

async function replaceFolder(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rm(to, { recursive: true, force: true })
  await rename(from, to)
}

/** Avoids touching files in version control without need. */
async function writeIfOther(path: string, text: string): Promise<void> {
  const storage = fileStorage()
  const bytes = utf8(text)
  if ((await storage.exists(path)) && Buffer.compare(await storage.read(path), bytes) === 0) return
  await storage.write(path, bytes)
}

function parsePending(bytes: Uint8Array, path: string): Pending {
  const { entry, project, lock } = parseJsonFile(bytes, path)
  return {
    entry: parseEntry(JSON.stringify(entry), path),
    ...(project !== undefined && { project: formatProjectFile(parseProjectFile(utf8(project), path)) }),
    lock: formatLockFile(parseLockFile(utf8(lock), path)),
  }
}

const utf8 = (text: unknown) => new TextEncoder().encode(String(text))

async function currentState({ folder }: StatePlace): Promise<State> {
  const storage = fileStorage()
  const read = async <T>(name: string, parse: (bytes: Uint8Array, path: string) => T, none: T) => {
    const path = join(folder, name)
    return (await storage.exists(path)) ? parse(await storage.read(path), path) : none
  }
  return {
    project: await read(projectFileName, parseProjectFile, emptyProject),
    lock: await read(lockFileName, parseLockFile, emptyLock),
  }
}
