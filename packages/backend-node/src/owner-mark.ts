import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

const hostLabel = () => hostname().replace(/[^\w-]/g, '-') || 'host'

/** What is in the name of a file that one process works on: host, process, a random part. */
export const ownerMark = () => `${hostLabel()}.${process.pid}.${randomUUID().slice(0, 8)}`

/** The form of an {@link ownerMark}, for patterns of names. */
export const ownerMarkPattern = '[^.]+\\.\\d+\\.[\\da-f]{8}'

/** Whether the process of a mark was one of this machine and is gone. */
export function isOrphaned(mark: string): boolean {
  const [host, id] = mark.split('.')
  return host === hostLabel() && !isRunning(Number(id))
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
