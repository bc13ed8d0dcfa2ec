import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * Where the patches of a project or of a machine are kept. A project is the nearest folder, from the working directory upwards, with a
 * policypatch.json; its patches are in `.policypatch` beside it. Where there is none, it is the machine's data folder.
 */
export interface StatePlace {
  readonly kind: 'project' | 'machine'
  /** Holds policypatch.json and policypatch.lock; paths in them start here. */
  readonly folder: string
  /** Holds the patches, the journal, and what is under way. */
  readonly own: string
}

export const projectFileName = 'policypatch.json'
export const lockFileName = 'policypatch.lock'

export const machineState = (dataFolder: string): StatePlace => ({
  kind: 'machine',
  folder: resolve(dataFolder),
  own: resolve(dataFolder),
})

/** That of a folder, as a project, whether or not it has a policypatch.json. */
export const projectState = (folder: string): StatePlace => ({
  kind: 'project',
  folder: resolve(folder),
  own: join(resolve(folder), '.policypatch'),
})

/** The project that a folder is in; undefined where it is in none. The machine's own data folder is no project. */
export function projectAround(folder: string, dataFolder: string): StatePlace | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (at !== resolve(dataFolder) && existsSync(join(at, projectFileName))) return projectState(at)
    if (at === dirname(at)) return undefined
  }
}

/** Where patches are, as `<name>/<version>`. */
export const storeFolder = ({ own }: StatePlace): string => join(own, 'patches')
