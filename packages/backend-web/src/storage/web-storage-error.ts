import { PatchError } from '@policypatch/core'
import { storageQuota } from './storage-quota.ts'

const absent: Readonly<Record<string, string>> = {
  NotFoundError: 'none',
  TypeMismatchError: 'a file in place of a folder, or a folder in place of a file',
}

const remedies: Readonly<Record<string, string>> = {
  NoModificationAllowedError: 'Close other pages that have the file open, and try again',
  NotReadableError: 'The file has changed: open it again',
  SecurityError: 'Allow this site to store data, or leave private browsing',
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** Converts an error of the browser's storage to `NOT_FOUND` or `STORAGE_FAILED`, with the path. */
export async function webStorageError(error: unknown, path: string): Promise<PatchError> {
  if (error instanceof PatchError) return error
  const { name, message } = error as Error
  const found = absent[name]
  if (found) {
    return new PatchError('NOT_FOUND', {
      expected: `a file or folder at ${path || 'the root'}`,
      found,
      remedy: 'Check the path',
      cause: error,
    })
  }
  if (name === 'QuotaExceededError') {
    const quota = await storageQuota()
    const use = quota ? `: ${megabytes(quota.used)} used of ${megabytes(quota.quota)}` : ''
    return new PatchError('STORAGE_FAILED', {
      expected: `room for ${path} in the browser's storage`,
      found: `a full quota${use}`,
      remedy: 'Remove models or free some disk space, and try again',
      cause: error,
    })
  }
  return new PatchError('STORAGE_FAILED', {
    expected: `to read and write ${path || 'the root'} in the browser's storage`,
    found: message || name,
    remedy: remedies[name] ?? 'Reload the page and try again',
    cause: error,
  })
}

/** Runs a storage operation and converts its errors to PatchErrors. */
export async function storingOnWeb<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw await webStorageError(error, path)
  }
}
