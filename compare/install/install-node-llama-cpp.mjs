import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSION = '3.22.1'
/** The package with the binaries for this machine's processor; those for GPUs are hundreds of megabytes more. */
export const binaries = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'mac-x64',
  'darwin-arm64': 'mac-arm64-metal',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
}[`${process.platform}-${process.arch}`]

const folder = fileURLToPath(new URL('../.node', import.meta.url))

/**
 * Installs node-llama-cpp into compare/.node, unless it is there, and says whether it is there now. It is no dependency
 * of the repository, whose `npm ci` it would burden. No scripts are run: they compile what is not prebuilt.
 */
export function installNodeLlamaCpp() {
  if (!binaries) return false
  const packages = ['node-llama-cpp', `@node-llama-cpp/${binaries}`]
  if (packages.every((name) => installedVersion(name) === VERSION)) return true
  mkdirSync(folder, { recursive: true })
  // Without a package.json npm would look for one in the folders above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const wanted = packages.map((name) => `${name}@${VERSION}`)
  const flags = ['--ignore-scripts', '--omit=optional', '--save-exact', '--no-audit', '--no-fund']
  const npm = ['install', '--prefix', folder, ...flags, ...wanted]
  const { npm_execpath: script } = process.env
  const { status } = script
    ? spawnSync(process.execPath, [script, ...npm], { stdio: 'inherit' })
    : spawnSync('npm', npm, { stdio: 'inherit', shell: process.platform === 'win32' })
  return status === 0
}

function installedVersion(name) {
  try {
    return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
