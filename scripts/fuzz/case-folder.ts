import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Files } from './fuzzed-reader.ts'

/** Writes the files of a case to a separate folder and returns its path. File names are generated, not taken from the case. */
export function writeCase(folder: string, reader: string, files: Files): string {
  const hash = createHash('sha256')
  for (const [name, bytes] of Object.entries(files)) hash.update(name).update('\0').update(bytes)
  const path = join(folder, `${reader}-${hash.digest('hex').slice(0, 8)}`)
  for (const [name, bytes] of Object.entries(files)) {
    const at = join(path, name)
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, bytes)
  }
  return path
}

export function readCase(path: string): Files {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  )
  return Object.fromEntries(
    entries.map((entry) => {
      const at = join(entry.parentPath, entry.name)
      return [relative(path, at), readFileSync(at)]
    }),
  )
}
