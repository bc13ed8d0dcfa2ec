import { PatchError, type Storage } from '@policypatch/core'

/** The methods of a Storage that cannot be written to: each is refused with `STORAGE_FAILED`. */
export function readOnly(what: string): Pick<Storage, 'write' | 'append' | 'remove'> {
  const refuse = async (path: string): Promise<never> => {
    throw new PatchError('STORAGE_FAILED', {
      expected: `to write ${path}`,
      found: `${what}, which are read-only`,
      remedy: 'Use a writable storage, such as opfsStorage()',
    })
  }
  return { write: refuse, append: refuse, remove: refuse }
}
