import { randomUUID } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** The form of an {@link ownerMark}, for patterns of names. */
export const ownerMarkPattern = '[^.]+\\.\\d+\\.[\\da-f]{8}'

/** Names that {@link temporaryPath} gives, with their mark, and those of earlier releases, which had none. */
const named = new RegExp(
  `^\\..+\\.(?:(${ownerMarkPattern})|[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12})\\.tmp$`,
)

/** Milliseconds after which nobody writes to a file that was not written to. */
const abandonedAfter = 3_600_000

/** Where a file is written before it takes the place of another, in the same folder. */
export function temporaryPath(target: string): string {
  return join(dirname(target), `.${basename(target)}.${ownerMark()}.tmp`)
}

/**
 * Removes the temporary files that killed processes left in a folder: those of processes of this machine that are gone, and
 * those that nobody wrote to for an hour.
 */
export async function removeAbandoned(folder: string): Promise<void> {
  // A folder that may be written to but not listed can still be used.
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const match = named.exec(name)
    if (!match) continue
    const path = join(folder, name)
    // What another process removes meanwhile, or what belongs to another user, is not ours to complain of.
    const stats = await lstat(path).catch(() => undefined)
    if (!stats?.isFile()) continue
    const isOld = Date.now() - stats.mtimeMs > abandonedAfter
    if (isOld || (match[1] !== undefined && isOrphaned(match[1]))) await rm(path).catch(() => undefined)
  }
}

const hostLabel = () => hostname().replace(/[^\w-]/g, '-') || 'host'

/** What is in the name of a file that one process works on: host, process, a random part. */
export const ownerMark = () => `${hostLabel()}.${process.pid}.${randomUUID().slice(0, 8)}`

/** Whether the process of a mark was one of this machine and is gone. */
export function isOrphaned(mark: string): boolean {
  const [host, id] = mark.split('.')
  return host === hostLabel() && !isRunning(Number(id))
}

/** Whether a process of this machine runs. */
export function isRunning(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
