import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'

/**
 * The default export of a module of the user's own, in JavaScript or TypeScript. Node 22.18 and later run most TypeScript
 * themselves; jiti does where Node does not.
 *
 * @throws `NOT_FOUND`; `MALFORMED` for a module that cannot be run, or has no default export.
 */
export async function importFile(path: string): Promise<unknown> {
  // For the error that says what is not there.
  await fileStorage().read(path)
  const { href } = pathToFileURL(resolve(path))
  const module = await importModule(href).catch((cause: unknown) => {
    throw malformed(path, 'a module that can be run', messageOf(cause), cause)
  })
  const { default: found } = module as { readonly default?: unknown }
  if (found === undefined) throw malformed(path, 'a default export', 'none')
  return found
}

async function importModule(href: string): Promise<unknown> {
  try {
    return await import(href)
  } catch (cause) {
    if (!notRunByNode.test((cause as NodeJS.ErrnoException | undefined)?.code ?? '')) throw cause
  }
  const { createJiti } = await import('jiti')
  // What it compiled is not kept: its cache would lie in the user's node_modules.
  return createJiti(href, { fsCache: false, interopDefault: false }).import(href)
}

/** TypeScript that this Node has no loader for, or that holds more than types. */
const notRunByNode = /^ERR_(UNKNOWN_FILE_EXTENSION|UNSUPPORTED_TYPESCRIPT)/

/** A module may throw anything. */
const messageOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\s+/g, ' ')

const malformed = (path: string, expected: string, found: string, cause?: unknown) =>
  new PatchError('MALFORMED', {
    expected: `${expected} in ${path}`,
    found,
    remedy: /Cannot find (package|module) '?policypatch/.test(found)
      ? 'Install policypatch in the folder of the file: npm install policypatch'
      : 'Correct the file',
    cause,
  })
