import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

export interface Tarball {
  /** The package's name. */
  readonly name: string
  readonly path: string
}

/** npm arguments for an installation without scripts that prints only problems. Flags and packages follow. */
export const npmInstall = ['install', '--ignore-scripts', '--no-audit', '--no-fund'] as const

/** Packs all published packages into a folder, as `npm publish` would. They must be built. */
export function packPackages(root: string, folder: string): Tarball[] {
  mkdirSync(folder, { recursive: true })
  const names = ['core', 'compiler', 'backend-node', 'backend-web', 'registry', 'serve', 'policypatch']
  const packages = names.map((name) => `--workspace=packages/${name}`)
  const args = ['pack', ...packages, '--json', '--ignore-scripts', '--pack-destination', folder]
  const said = execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  const packed = Object.values(JSON.parse(said)) as { readonly name: string; readonly filename: string }[]
  return packed.map(({ name, filename }) => ({ name, path: join(folder, filename) }))
}
