import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'

/**
 * Imports the default export of a user's module, in JavaScript or TypeScript. Node 22.18 and later run most TypeScript
 * themselves; jiti runs the rest.
 *
 * @throws `NOT_FOUND`; `MALFORMED` for a module that cannot be run, or has no default export.
 */
export async function importFile(path: string): Promise<unknown> {
  // Throws `NOT_FOUND` for a missing file.
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
  // No compile cache, because it would end up in the user's node_modules.
  return createJiti(href, { fsCache: false, interopDefault: false }).import(href)
}

/** TypeScript that this Node has no loader for, or that needs more than type stripping. */
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
