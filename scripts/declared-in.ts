import { readdirSync } from 'node:fs'

/** Entry points for a package's declarations, keyed by their path in `dist`, because tsup takes no patterns for them. */
export const declaredIn = (...paths: string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path.replace(/^src\/|\.ts$/g, ''), path]))

export const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => `${folder}/${name}`)
