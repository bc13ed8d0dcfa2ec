import { PatchError } from 'policypatch'
import type { NamedBlob } from 'policypatch/platform'

export interface FetchFilesOptions {
  readonly signal?: AbortSignal
  /** Bytes of all files so far. */
  readonly onBytes?: (done: number) => void
}

/** Fetches files of a folder of this page. Throws `UNREACHABLE` naming the file that could not be had. */
export async function fetchFiles(
  folder: URL,
  names: readonly string[],
  { signal, onBytes }: FetchFilesOptions = {},
): Promise<NamedBlob[]> {
  let done = 0
  const fetchFile = async (name: string): Promise<NamedBlob> => {
    const url = `${folder.href.replace(/\/+$/, '')}/${name}`
    const response = await fetch(url, signal ? { signal } : {}).catch((cause: Error) => {
      if (signal?.aborted) throw aborted(cause)
      throw unreachable(url, cause.message, cause)
    })
    if (!response.ok) throw unreachable(url, `HTTP ${response.status}`)
    const blob = await response.blob()
    done += blob.size
    onBytes?.(done)
    return { path: name, blob }
  }
  return Promise.all(names.map(fetchFile))
}

function unreachable(url: string, found: string, cause?: unknown): PatchError {
  return new PatchError('UNREACHABLE', {
    expected: `a file at ${url}`,
    found,
    remedy: 'Check the connection and try again',
    cause,
  })
}

function aborted(cause: unknown): PatchError {
  return new PatchError('ABORTED', {
    expected: 'the files to be fetched',
    found: 'that it was stopped',
    remedy: 'Start it again',
    cause,
  })
}
