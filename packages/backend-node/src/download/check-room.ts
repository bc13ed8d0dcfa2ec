import { mkdir, readdir, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { storing } from '../files/storage-error.ts'

/** Bytes of a file and of partial downloads of it that earlier runs left. */
async function heldBytes(path: string): Promise<number> {
  const folder = dirname(path)
  const name = basename(path)
  let held = 0
  for (const entry of await storing(folder, () => readdir(folder))) {
    const isPart = entry.startsWith(`${name}.`) && entry.endsWith('.partial')
    if (entry === name || isPart) held += (await stat(join(folder, entry)).catch(() => undefined))?.size ?? 0
  }
  return held
}

/** Throws before a download, not an hour into it, if its files do not fit on their disks. */
export async function checkRoom(
  files: readonly { readonly target: string; readonly size: number }[],
): Promise<void> {
  const disks = new Map<number, { readonly folder: string; needed: number }>()
  for (const { target, size } of files) {
    const folder = dirname(target)
    await storing(folder, () => mkdir(folder, { recursive: true }))
    const { dev } = await storing(folder, () => stat(folder))
    const disk = disks.get(dev) ?? { folder, needed: 0 }
    disk.needed += Math.max(0, size - (await heldBytes(target)))
    disks.set(dev, disk)
  }
  for (const { folder, needed } of disks.values()) {
    const { blocks, bavail, bsize } = await storing(folder, () => statfs(folder))
    // Some network file systems do not report their size.
    if (blocks === 0 || needed <= bavail * bsize) continue
    throw new PatchError('STORAGE_FAILED', {
      expected: `room for ${needed} more bytes in ${folder}`,
      found: `${bavail * bsize} available`,
      remedy: 'Free some space on that disk, or set another folder with POLICYPATCH_CACHE',
    })
  }
}
