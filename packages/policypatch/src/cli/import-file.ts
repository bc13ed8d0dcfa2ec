import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'

/**
 * The default export of a module of the user's own, in JavaScript or, where Node runs it (22.18 and later), TypeScript.
 *
 * @throws `NOT_FOUND`; `UNSUPPORTED` for TypeScript that this Node does not run; `MALFORMED` for a module that cannot be run,
 *   or has no default export.
 */
export async function importFile(path: string): Promise<unknown> {
  // For the error that says what is not there.
  await fileStorage().read(path)
  const module = await import(pathToFileURL(resolve(path)).href).catch((cause: NodeJS.ErrnoException) => {
    if (
      /\.[cm]?ts$/.test(path) &&
      /^ERR_(UNKNOWN_FILE_EXTENSION|UNSUPPORTED_TYPESCRIPT)/.test(cause.code ?? '')
    )
      throw new PatchError('UNSUPPORTED', {
        expected: `TypeScript that Node ${process.versions.node} runs in ${path}`,
        found: cause.message,
        remedy: 'Use Node 22.18 or later and types that can be left out, or write it in JavaScript',
        cause,
      })
    throw malformed(path, 'a module that can be run', cause.message, cause)
  })
  const { default: found } = module as { readonly default?: unknown }
  if (found === undefined) throw malformed(path, 'a default export', 'none')
  return found
}

const malformed = (path: string, expected: string, found: string, cause?: unknown) =>
  new PatchError('MALFORMED', {
    expected: `${expected} in ${path}`,
    found,
    remedy: 'Correct the file',
    cause,
  })
