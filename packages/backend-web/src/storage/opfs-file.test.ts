import { expect, test } from 'vitest'
import { removeAbandoned } from './opfs-file.ts'

/** A folder of files by when they were last written to, milliseconds ago. */
function folderOf(files: Record<string, number | 'folder'>, locked: readonly string[] = []) {
  return {
    async *keys() {
      yield* Object.keys(files)
    },
    async getFileHandle(name: string) {
      if (files[name] === 'folder') throw new DOMException('', 'TypeMismatchError')
      return { getFile: async () => ({ lastModified: Date.now() - (files[name] as number) }) }
    },
    async removeEntry(name: string) {
      if (locked.includes(name)) throw new DOMException('', 'NoModificationAllowedError')
      delete files[name]
    },
  } as unknown as FileSystemDirectoryHandle
}

test('what killed pages left is removed after an hour, and nothing else', async () => {
  const id = '123e4567-e89b-42d3-a456-426614174000'
  const day = 86_400_000
  const files = {
    [`.old.${id}.tmp`]: day,
    [`.held.${id}.tmp`]: day,
    [`.new.${id}.tmp`]: 1000,
    [`.folder.${id}.tmp`]: 'folder' as const,
    [`own.${id}.tmp`]: day,
    '.own.tmp': day,
    'patch.json': day,
  }
  const left = Object.keys(files).filter((name) => !name.startsWith('.old.'))
  await removeAbandoned(folderOf(files, [`.held.${id}.tmp`]))
  expect(Object.keys(files)).toEqual(left)
})
