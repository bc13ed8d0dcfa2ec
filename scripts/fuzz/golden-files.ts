import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Files } from './fuzzed-reader.ts'

const core = fileURLToPath(new URL('../../packages/core/', import.meta.url))

/** A file in core's goldens and fixtures. */
export const golden = (path: string): Uint8Array => new Uint8Array(readFileSync(join(core, path)))

/** The files in a folder of core's goldens and fixtures. */
export function goldenFolder(path: string): Files {
  const names = readdirSync(join(core, path), { withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(names.map(({ name }) => [name, golden(join(path, name))]))
}
