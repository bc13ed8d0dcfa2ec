import { PatchError } from '@policypatch/core'

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on that disk and try again',
  EDQUOT: 'Free some of your quota on that disk and try again',
  EACCES: 'Give this user read and write permission, or choose another folder',
  EPERM: 'Give this user read and write permission, or choose another folder',
  EROFS: 'Choose a folder on a writable file system',
  EMFILE: 'Raise the limit of open files (ulimit -n) and try again',
}

const absent: Readonly<Record<string, string>> = {
  ENOENT: 'none',
  ENOTDIR: 'that a part of the path is a file',
  EISDIR: 'a folder',
  ELOOP: 'a link',
  ENXIO: 'a named pipe or a socket',
}

/** Converts an error of the file system to `NOT_FOUND` or `STORAGE_FAILED`, with the path. */
export function storageError(error: unknown, path: string): PatchError {
  if (error instanceof PatchError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const found = absent[code]
  if (found) {
    return new PatchError('NOT_FOUND', {
      expected: `a file or folder at ${path}`,
      found,
      remedy: 'Check the path',
      cause: error,
    })
  }
  return new PatchError('STORAGE_FAILED', {
    expected: `to read and write ${path}`,
    found: message,
    remedy: remedies[code] ?? 'Check the disk and the path, and try again',
    cause: error,
  })
}

/** Runs a file operation and converts its errors to PatchErrors. */
export async function storing<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw storageError(error, path)
  }
}
