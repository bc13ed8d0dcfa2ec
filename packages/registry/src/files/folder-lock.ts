import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'

/**
 * A lock that lets one process at a time work in a folder. Each holder creates a file with the next number, which only one
 * process can create. The highest number holds the lock until its file is renamed to free, its process is gone, or nobody has
 * touched it for a minute. The highest number is never removed, so no number is given out twice, and a lock that a killed process
 * left is taken over without two processes ever holding it.
 */

/** Milliseconds after which a holder that does not touch its file counts as gone. */
const stale = 60_000
const pause = 20

export interface FolderLockOptions {
  /** Milliseconds to wait for another holder. Default 60 000. */
  readonly patience?: number
}

/**
 * Does something while holding the lock of a folder, which is created if needed.
 *
 * @param work receives a function that throws if the lock was lost because this process was stopped for over a minute; call it
 *   before anything that cannot be undone
 * @throws PatchError `STORAGE_FAILED` if another process holds the lock for too long
 */
export async function withFolderLock<T>(
  folder: string,
  work: (checkHeld: () => Promise<void>) => Promise<T>,
  { patience = 60_000 }: FolderLockOptions = {},
): Promise<T> {
  await mkdir(folder, { recursive: true })
  const held = await acquire(folder, performance.now() + patience)
  const beat = setInterval(() => {
    const now = new Date()
    utimes(held, now, now).catch(() => undefined)
  }, stale / 6).unref()
  try {
    return await work(() => checkHeld(held))
  } finally {
    clearInterval(beat)
    // If it was taken over, it is no longer ours to free.
    await rename(held, held.replace(/held$/, 'free')).catch(() => undefined)
  }
}

async function checkHeld(path: string): Promise<void> {
  if (await stat(path).catch(() => undefined)) return
  throw new PatchError('STORAGE_FAILED', {
    expected: `to hold the lock ${path}`,
    found: 'that another process took it over',
    remedy: 'Run it again: this process was stopped for more than a minute',
  })
}

async function acquire(folder: string, until: number): Promise<string> {
  for (;;) {
    const last = await highest(folder)
    if (last === undefined || (await isFree(folder, last.name))) {
      const number = (last?.number ?? 0) + 1
      const path = join(folder, `${number}.held`)
      if (await made(path)) {
        // A late process may have created a number that was in use long ago.
        const now = await highest(folder)
        if (now?.number === number) {
          await sweep(folder, number)
          return path
        }
        await rm(path, { force: true })
      }
    } else if (performance.now() > until) {
      const holder = await readFile(join(folder, last.name), 'utf8').catch(() => 'another process')
      throw new PatchError('STORAGE_FAILED', {
        expected: `the lock in ${folder}`,
        found: `that ${holder.trim()} holds it`,
        remedy: 'Wait for it to end, and try again',
      })
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
  }
}

/** Creates the file of a holder, unless it exists. It is linked after it was written, so it is complete from the start. */
async function made(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`
  await writeFile(own, `process ${process.pid} on ${hostname()}\n`, { flag: 'wx' })
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(own, { force: true })
  }
}

async function highest(folder: string) {
  const entries = (await readdir(folder)).flatMap((name) => {
    const number = /^(\d+)\.(held|free)$/.exec(name)?.[1]
    return number === undefined ? [] : [{ name, number: Number(number) }]
  })
  return entries.sort((a, b) => b.number - a.number)[0]
}

async function isFree(folder: string, name: string): Promise<boolean> {
  if (name.endsWith('free')) return true
  const path = join(folder, name)
  const stats = await stat(path).catch(() => undefined)
  // Renamed to free or taken over meanwhile: look at the folder again.
  if (!stats) return false
  if (Date.now() - stats.mtimeMs > stale) return true
  const match = /^process (\d+) on (.+)$/m.exec(await readFile(path, 'utf8').catch(() => ''))
  return match !== null && match[2] === hostname() && !isRunning(Number(match[1]))
}

/** Removes older numbers, and what processes left that were killed while creating one. */
async function sweep(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const older = /^(\d+)\.(held|free)/.exec(name)?.[1]
    if (older !== undefined && Number(older) < number) await rm(join(folder, name), { force: true })
  }
}
