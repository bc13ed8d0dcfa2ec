import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import type { Repository } from '@policypatch/backend-web/repository'
import type { Patch } from '@policypatch/core'
import { importPackage } from '@policypatch/core/platform'
import type { Repositories } from '../sources/repository-source.ts'
import type { ProjectFile } from './project-file.ts'
import type { StatePlace } from './state-place.ts'

/** What is needed to change a state. */
export interface StateContext {
  readonly place: StatePlace
  /** The command line for the journal, without the program's name. */
  readonly command: string
  /** Folder for downloads and for the metadata of repositories. */
  readonly cache: string
  /**
   * Called for every patch before it is installed. Throws if the patch is not trusted; returns the names of the signers it
   * verified.
   */
  readonly verify?: ((patch: Patch) => Promise<readonly string[]>) | undefined
  /** Receives notices for the user, one line each. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/** The repositories of policypatch.json; each is opened once. */
export function configuredRepositories({ place, cache }: StateContext, project: ProjectFile): Repositories {
  const entries = Object.entries(project.repositories).map(([name, { url, root }]) => {
    let opened: Promise<Repository> | undefined
    const open = () => {
      opened ??= openOne(url, join(place.folder, root), join(cache, 'repositories'))
      return opened
    }
    return [name, open] as const
  })
  return new Map(entries)
}

async function openOne(url: string, root: string, cache: string): Promise<Repository> {
  const { openRepository } = await importPackage(
    'tuf-js',
    'which reads repositories',
    () => import('../repository/read/open-repository.ts'),
  )
  return openRepository({ url, root: await fileStorage().read(root), cache })
}
