import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * Where the patches of a project or of a machine are kept. A project is the nearest folder with a policypatch.json, from the
 * working directory upwards; its patches are in `.policypatch` beside it. Without a project, it is the machine's data folder.
 */
export interface StatePlace {
  readonly kind: 'project' | 'machine'
  /** Holds policypatch.json and policypatch.lock; paths in them are relative to it. */
  readonly folder: string
  /** Holds the patches, the journal, and pending changes. */
  readonly own: string
}

export const projectFileName = 'policypatch.json'
export const lockFileName = 'policypatch.lock'

export const machineState = (dataFolder: string): StatePlace => ({
  kind: 'machine',
  folder: resolve(dataFolder),
  own: resolve(dataFolder),
})

/** The place of a folder, as a project, whether or not it has a policypatch.json. */
export const projectState = (folder: string): StatePlace => ({
  kind: 'project',
  folder: resolve(folder),
  own: join(resolve(folder), '.policypatch'),
})

/** The project that a folder is in; undefined if there is none. The machine's own data folder is not a project. */
export function projectAround(folder: string, dataFolder: string): StatePlace | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (at !== resolve(dataFolder) && existsSync(join(at, projectFileName))) return projectState(at)
    if (at === dirname(at)) return undefined
  }
}

/** The folder of the patches, as `<name>/<version>`. */
export const storeFolder = ({ own }: StatePlace): string => join(own, 'patches')
