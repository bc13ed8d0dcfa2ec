import { randomUUID } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** The pattern of an {@link ownerMark}, for regular expressions. */
export const ownerMarkPattern = '[^.]+\\.\\d+\\.[\\da-f]{8}'

/** Matches names from {@link temporaryPath}, capturing the mark, and those of earlier releases, which had no mark. */
const named = new RegExp(
  `^\\..+\\.(?:(${ownerMarkPattern})|[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12})\\.tmp$`,
)

/** A file not written to for this many milliseconds counts as abandoned. */
const abandonedAfter = 3_600_000

/** The path, in the same folder, where a file is written before it replaces `target`. */
export function temporaryPath(target: string): string {
  return join(dirname(target), `.${basename(target)}.${ownerMark()}.tmp`)
}

/**
 * Removes temporary files that killed processes left in a folder: those whose process on this machine is gone, and those not
 * written to for an hour.
 */
export async function removeAbandoned(folder: string): Promise<void> {
  // A folder that may be written to but not listed can still be used.
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const match = named.exec(name)
    if (!match) continue
    const path = join(folder, name)
    // Ignore files that another process removes meanwhile, or that belong to another user.
    const stats = await lstat(path).catch(() => undefined)
    if (!stats?.isFile()) continue
    const isOld = Date.now() - stats.mtimeMs > abandonedAfter
    if (isOld || (match[1] !== undefined && isOrphaned(match[1]))) await rm(path).catch(() => undefined)
  }
}

const hostLabel = () => hostname().replace(/[^\w-]/g, '-') || 'host'

/** The part of a file's name that identifies the process working on it: host, process, random part. */
export const ownerMark = () => `${hostLabel()}.${process.pid}.${randomUUID().slice(0, 8)}`

/** Whether the process of a mark ran on this machine and is gone. */
export function isOrphaned(mark: string): boolean {
  const [host, id] = mark.split('.')
  return host === hostLabel() && !isRunning(Number(id))
}

/** Whether a process is running on this machine. */
export function isRunning(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    // EPERM: it is running, as another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
