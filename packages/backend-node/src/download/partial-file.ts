import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isOrphaned, ownerMark, ownerMarkPattern } from '../files/temporary-file.ts'

/**
 * The part of a file that was downloaded so far, owned by one process.
 *
 * A part lies at `<file>.partial`. A process that resumes it first renames it to a name of its own (host, process, random part).
 * A rename succeeds for one process only, so two processes never write to the same file, and no lock is left behind by a crash. A
 * second process that arrives meanwhile downloads for itself. Parts whose process is gone are resumed. Whichever process finishes
 * first puts the file in place; both have verified it.
 */
export interface PartialFile {
  readonly path: string
  /** Open for reading and writing, at the start. Its length is what was downloaded before. */
  readonly handle: FileHandle
  /** Leaves the part for a later run. */
  keep(): Promise<void>
  /** Removes the part. */
  discard(): Promise<void>
  /** Gives the file its final name. */
  finish(): Promise<void>
}

const partName = new RegExp(`^(.*)\\.(${ownerMarkPattern})\\.partial$`)

function isAbandoned(name: string, target: string): boolean {
  const [, file, mark = ''] = partName.exec(name) ?? []
  return file === basename(target) && isOrphaned(mark)
}

async function take(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Resumes what an earlier run left of `target`, or starts an empty part. */
export async function claimPartial(target: string): Promise<PartialFile> {
  const folder = dirname(target)
  await mkdir(folder, { recursive: true })
  const path = `${target}.${ownerMark()}.partial`
  const shared = `${target}.partial`
  let taken = await take(shared, path)
  for (const name of taken ? [] : await readdir(folder)) {
    taken ||= isAbandoned(name, target) && (await take(join(folder, name), path))
  }
  const handle = await open(path, taken ? 'r+' : 'wx+')
  return {
    path,
    handle,
    async keep() {
      const { size } = await handle.stat()
      await handle.close()
      if (size === 0) await rm(path, { force: true })
      else await rename(path, shared)
    },
    async discard() {
      await handle.close()
      await rm(path, { force: true })
    },
    async finish() {
      await handle.sync()
      await handle.close()
      // Windows does not replace a file that another process is reading, and the file in place is just as good.
      if (existsSync(target)) await rm(path, { force: true })
      else await rename(path, target)
    },
  }
}
