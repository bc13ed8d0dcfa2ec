import { homedir } from 'node:os'
import { join } from 'node:path'
import { textIfThere } from '../files/text-if-there.ts'

/**
 * npm's registry settings from the .npmrc of the user and of a folder, and from `NPM_CONFIG_REGISTRY`, as flat options of
 * `pacote`. From the files, only registries and their credentials are read.
 */
export async function npmSettings(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Readonly<Record<string, string>>> {
  const settings: Record<string, string> = {}
  const user = environment.NPM_CONFIG_USERCONFIG ?? environment.npm_config_userconfig
  for (const path of [user ?? join(homedir(), '.npmrc'), join(folder, '.npmrc')]) {
    for (const line of (await textIfThere(path)).split(/\r?\n/)) {
      const [, key, value] =
        /^\s*((?:@[^:=\s]+:)?registry|\/\/[^=\s]+:_(?:authToken|auth))\s*=\s*(.*?)\s*$/.exec(line) ?? []
      if (key === undefined || value === undefined) continue
      settings[key] = value
        .replace(/^"(.*)"$/, '$1')
        .replace(/\$\{([^}]+)\}/g, (whole, name) => environment[name] ?? whole)
    }
  }
  const given = environment.NPM_CONFIG_REGISTRY ?? environment.npm_config_registry
  return given ? { ...settings, registry: given } : settings
}
