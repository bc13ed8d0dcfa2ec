import { createRequire } from 'node:module'

/** The version of this package, and so of all of policypatch on this machine. */
export const { version } = createRequire(import.meta.url)('@policypatch/cluster/package.json') as {
  readonly version: string
}
