import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { configNames } from '../config/read-config.ts'

export interface WrittenProject {
  readonly written: readonly string[]
  /** Existing files, which were left unchanged. */
  readonly kept: readonly string[]
}

/**
 * Writes the files of a new project into a folder. Existing files are left unchanged.
 *
 * @throws `INVALID_ARGUMENT` if the folder already has a configuration; `STORAGE_FAILED` if a file cannot be written.
 */
export async function writeProject(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<WrittenProject> {
  const config = configNames.find((name) => existsSync(join(folder, name)))
  if (config !== undefined) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a folder without a project',
      found: join(folder, config),
      remedy: 'Use another folder, or remove that file to start over',
    })
  }
  const written: string[] = []
  const kept: string[] = []
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text, { flag: 'wx' })
      written.push(name)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(path)) kept.push(name)
      else
        throw new PatchError('STORAGE_FAILED', {
          expected: `to write ${path}`,
          found: (cause as Error).message,
          remedy: 'Use a writable folder',
          cause,
        })
    }
  }
  return { written, kept }
}
