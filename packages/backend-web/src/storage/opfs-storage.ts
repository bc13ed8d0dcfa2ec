import { PatchError, type Storage } from '@policypatch/core'
import { blobSource } from './blob-source.ts'
import { appendToFile, removeAbandoned, replaceFile } from './opfs-file.ts'
import { pathSegments } from './paths-and-writes.ts'
import { storingOnWeb } from './web-storage-error.ts'

/**
 * The origin private file system as a Storage: files of this site that persist when the page is closed, for pages and Workers.
 * Writing and appending are fast only in a Worker. One writer per file is assumed.
 *
 * A full quota throws `STORAGE_FAILED`, with the used and total size.
 *
 * @param root the folder that paths start at. Default: the root of the file system
 */
export function opfsStorage(root = ''): Storage {
  const base = pathSegments(root)
  // Folders that were already searched for leftovers of killed pages.
  const swept = new Set<string>()

  async function folderAt(segments: readonly string[], create = false): Promise<FileSystemDirectoryHandle> {
    let folder = await rootFolder()
    for (const segment of [...base, ...segments])
      folder = await folder.getDirectoryHandle(segment, { create })
    return folder
  }

  async function fileAt(path: string): Promise<File> {
    const { folder, name } = split(path)
    return (await (await folderAt(folder)).getFileHandle(name)).getFile()
  }

  const change = (
    path: string,
    write: (folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array) => Promise<void>,
    bytes: Uint8Array,
  ) =>
    storingOnWeb(path, async () => {
      const { folder, name } = split(path)
      const place = await folderAt(folder, true)
      if (!swept.has(folder.join('/'))) {
        swept.add(folder.join('/'))
        await removeAbandoned(place)
      }
      await write(place, name, bytes)
    })

  return {
    specificationVersion: 'v1',
    exists: (path) =>
      storingOnWeb(path, async () => {
        const segments = pathSegments(path)
        try {
          if (segments.length === 0) await folderAt([])
          else await fileAt(path)
          return true
        } catch (error) {
          const { name } = error as Error
          if (name === 'NotFoundError') return false
          // A folder has that name, or a file is in the place of a folder on the way to it.
          if (name !== 'TypeMismatchError') throw error
          return folderAt(segments).then(
            () => true,
            () => false,
          )
        }
      }),
    list: (directory) =>
      storingOnWeb(directory, async () => {
        const names: string[] = []
        for await (const name of (await folderAt(pathSegments(directory))).keys()) names.push(name)
        return names.sort()
      }),
    open: (path) => storingOnWeb(path, async () => blobSource(path, await fileAt(path))),
    read: (path) => storingOnWeb(path, async () => new Uint8Array(await (await fileAt(path)).arrayBuffer())),
    write: (path, bytes) => change(path, replaceFile, bytes),
    append: (path, bytes) => change(path, appendToFile, bytes),
    remove: (path) =>
      storingOnWeb(path, async () => {
        const { folder, name } = split(path)
        try {
          await (await folderAt(folder)).removeEntry(name, { recursive: true })
        } catch (error) {
          if ((error as Error).name !== 'NotFoundError') throw error
        }
      }),
  }
}

/** Throws `STORAGE_FAILED` if there is none, such as in a page that is not a secure context. */
async function rootFolder(): Promise<FileSystemDirectoryHandle> {
  const { storage } = navigator as { readonly storage?: StorageManager }
  if (storage && 'getDirectory' in storage) return storage.getDirectory()
  throw new PatchError('STORAGE_FAILED', {
    expected: "the browser's origin private file system",
    found: globalThis.isSecureContext ? 'a browser without it' : 'a page that is not a secure context',
    remedy: 'Serve the page over HTTPS or from localhost, or pass a memoryStorage()',
  })
}

function split(path: string): { folder: readonly string[]; name: string } {
  const segments = pathSegments(path)
  const name = segments.at(-1)
  if (name !== undefined) return { folder: segments.slice(0, -1), name }
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'the path of a file or folder',
    found: `'${path}'`,
    remedy: 'Use the path of a file or folder',
  })
}
