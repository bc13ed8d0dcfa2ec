/** Missing from lib.dom: handles that only Workers have, and `move`, which every engine supports for these files. */
interface SyncAccessHandle {
  getSize(): number
  truncate(size: number): void
  write(bytes: Uint8Array, options: { readonly at: number }): number
  flush(): void
  close(): void
}

interface OpfsFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle?(): Promise<SyncAccessHandle>
  move(name: string): Promise<void>
}

/** Whether this is a Worker, where bytes are written in place. A page copies a file to append to it. */
export function writesInPlace(): boolean {
  return 'createSyncAccessHandle' in FileSystemFileHandle.prototype
}

/** Temporary names of {@link replaceFile}. */
const temporaryName = /^\..+\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/

/** A file not written to for this many milliseconds counts as abandoned. */
const abandonedAfter = 3_600_000

/** Removes what pages left in a folder when they were closed or killed while writing. */
export async function removeAbandoned(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of folder.keys()) {
    if (!temporaryName.test(name)) continue
    try {
      const { lastModified } = await (await folder.getFileHandle(name)).getFile()
      if (Date.now() - lastModified > abandonedAfter) await folder.removeEntry(name)
    } catch {
      // Another page has it open, or removed it meanwhile.
    }
  }
}

/** Writes beside the target, then moves, so that readers see either the old file or the new one. */
export async function replaceFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const temporary = `.${name}.${crypto.randomUUID()}.tmp`
  try {
    const handle = (await folder.getFileHandle(temporary, { create: true })) as OpfsFileHandle
    await writeAtEnd(handle, bytes)
    await handle.move(name)
  } catch (error) {
    await folder.removeEntry(temporary).catch(() => undefined)
    throw error
  }
}

/** Appends to a file. What was there is kept in any case. */
export async function appendToFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  await writeAtEnd((await folder.getFileHandle(name, { create: true })) as OpfsFileHandle, bytes)
}

async function writeAtEnd(handle: OpfsFileHandle, bytes: Uint8Array): Promise<void> {
  const access = await handle.createSyncAccessHandle?.()
  if (!access) return writeCopy(handle, bytes)
  try {
    const before = access.getSize()
    try {
      let done = 0
      while (done < bytes.length) {
        const left = bytes.subarray(done)
        const written = access.write(left, { at: before + done })
        // When the quota is used up, Chrome 150 returns an error number, −8 as uint32, instead of a count.
        if (written < 1 || written > left.length) {
          throw new DOMException('', 'QuotaExceededError')
        }
        done += written
      }
      access.flush()
    } catch (error) {
      // A quota that is reached midway leaves half a row, which a later run could not read.
      access.truncate(before)
      throw error
    }
  } finally {
    access.close()
  }
}

/** The browser replaces the file by the copy when the copy is closed, and drops the copy if it is not. */
async function writeCopy(handle: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  const { size } = await handle.getFile()
  const writable = await handle.createWritable({ keepExistingData: true })
  try {
    // As a Blob: for bytes, Chrome may only report that its pipe to the file was closed, and not that the quota is full.
    const data = new Blob([bytes as Uint8Array<ArrayBuffer>])
    await writable.write({ type: 'write', position: size, data })
    await writable.close()
  } catch (error) {
    await writable.abort().catch(() => undefined)
    throw error
  }
}
