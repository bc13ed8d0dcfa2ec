import { existsSync } from 'node:fs'
import { PatchError } from '@policypatch/core'
import { importFile } from '../import-file.ts'

/** File names of a configuration, looked up in the working directory. */
export const configNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `policypatch.config.${extension}`)

/** A configuration as read from its file. So far it is only known to be an object. */
export interface ConfigFile {
  readonly path: string
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * Reads the configuration at a path, or else the one in the working directory; undefined if there is none.
 *
 * @throws as `importFile`; `INVALID_ARGUMENT` if there are several; `MALFORMED` if the default export is not an object.
 */
export async function readConfig(path: string | undefined): Promise<ConfigFile | undefined> {
  const found = path === undefined ? configNames.filter((name) => existsSync(name)) : [path]
  if (found.length > 1) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'one configuration',
      found: found.join(' and '),
      remedy: 'Remove all but one, or choose one with --config',
    })
  }
  const [file] = found
  if (file === undefined) return undefined
  const value = await importFile(file)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { path: file, fields: value as ConfigFile['fields'] }
  }
  throw new PatchError('MALFORMED', {
    expected: `an object as the default export of ${file}`,
    found: Array.isArray(value) ? 'an array' : typeof value,
    remedy: 'Write `export default defineConfig({ … })`',
  })
}
