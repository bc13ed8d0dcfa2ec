/** What lib.dom leaves out: handles that only Workers have, and moving, which every engine has for these files. */
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

/** Whether this is a Worker, where bytes are written in place. In a page a file is copied to be appended to. */
export function writesInPlace(): boolean {
  return 'createSyncAccessHandle' in FileSystemFileHandle.prototype
}

/** Names under which {@link replaceFile} writes. */
const temporaryName = /^\..+\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/

/** Milliseconds after which nobody writes to a file that was not written to. */
const abandonedAfter = 3_600_000

/** Removes what pages that were closed or killed while they wrote left in a folder. */
export async function removeAbandoned(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of folder.keys()) {
    if (!temporaryName.test(name)) continue
    try {
      const { lastModified } = await (await folder.getFileHandle(name)).getFile()
      if (Date.now() - lastModified > abandonedAfter) await folder.removeEntry(name)
    } catch {
      // Another page has it open, or has removed it meanwhile.
    }
  }
}

/** Writes beside the target and moves: whoever looks sees the file of before or the new one. */
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

/** Adds to the end of a file; what was there stays whatever happens. */
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
        // At the quota's end Chrome 150 gives an error's number, −8 as uint32, in place of a count.
        if (written < 1 || written > left.length) {
          throw new DOMException('', 'QuotaExceededError')
        }
        done += written
      }
      access.flush()
    } catch (error) {
      // A quota that is reached midway leaves half a row, on which a later run would stumble.
      access.truncate(before)
      throw error
    }
  } finally {
    access.close()
  }
}

/** The browser puts the copy in place of the file when it is closed, and drops it when it is not. */
async function writeCopy(handle: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  const { size } = await handle.getFile()
  const writable = await handle.createWritable({ keepExistingData: true })
  try {
    // As a Blob: of bytes Chrome may say only that its pipe to the file was closed, and not that the quota is full.
    const data = new Blob([bytes as Uint8Array<ArrayBuffer>])
    await writable.write({ type: 'write', position: size, data })
    await writable.close()
  } catch (error) {
    await writable.abort().catch(() => undefined)
    throw error
  }
}
