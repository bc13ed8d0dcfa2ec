import { readdirSync } from 'node:fs'

/** The entries of a package's declarations, each by where it comes to lie in `dist`: tsup knows no patterns for them. */
export const declaredIn = (...paths: string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path.replace(/^src\/|\.ts$/g, ''), path]))

export const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => `${folder}/${name}`)
