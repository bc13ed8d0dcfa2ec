/**
 * Measures the installed size of the packed tarballs of policypatch, @huggingface/transformers and node-llama-cpp, each in its
 * own folder, with and without what is not needed to apply a patch in Node (`--omit=optional`). No install scripts run, and npm
 * must print no warnings for policypatch. The packages must be built.
 *
 *   npm run compare:install-size
 */
import { spawnSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatTable } from 'policypatch/evaluate'
import { npmInstall, packPackages } from '../../scripts/consumer/pack-packages.ts'
import { printRatios } from '../../timing/figures.ts'
import { binaries } from './install-node-llama-cpp.mjs'

interface Size {
  readonly packages: number
  /** Size as `du` counts it, in MiB. */
  readonly megabytes: number
}

/** Maximum megabytes to apply patches only. */
const bar = 330

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'policypatch-install-size-'))

function install(name: string, specs: readonly string[], flags: readonly string[]): Size {
  const project = join(folder, name)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  const args = [...npmInstall, ...flags, ...specs]
  const { status, stderr } = spawnSync('npm', args, {
    cwd: project,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${stderr}`)
  if (name.startsWith('policypatch') && /\bwarn\b/i.test(stderr)) throw new Error(`npm warns:\n${stderr}`)
  const lock = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'))
  const size = { packages: Object.keys(lock.packages).length, megabytes: used(join(project, 'node_modules')) }
  rmSync(project, { recursive: true })
  return size
}

/** Counts like `du -m`: whole blocks, including those of folders. */
function used(path: string): number {
  const blocks = (place: string): number => {
    const stats = lstatSync(place)
    const inside = stats.isDirectory() ? readdirSync(place).map((entry) => blocks(join(place, entry))) : []
    return inside.reduce((sum, one) => sum + one, stats.blocks)
  }
  return Math.ceil((blocks(path) * 512) / 2 ** 20)
}

try {
  const packed = packPackages(root, join(folder, 'tarballs'))
  const own = packed.map(({ path }) => path)
  // An optional package, which would be installed if it were named.
  const applying = packed.filter(({ name }) => name !== '@policypatch/serve').map(({ path }) => path)
  const subjects: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['policypatch', applying, own],
    ['@huggingface/transformers', ['@huggingface/transformers'], ['@huggingface/transformers']],
    // Its binaries are optional packages, of which it needs the one for this machine.
    ['node-llama-cpp', ['node-llama-cpp', `@node-llama-cpp/${binaries}`], ['node-llama-cpp']],
  ]
  const sizes = subjects.map(([name, least, all], i) => ({
    name,
    least: install(`${i === 0 ? 'policypatch' : `other-${i}`}-least`, least, ['--omit=optional']),
    all: install(`${i === 0 ? 'policypatch' : `other-${i}`}-all`, all, []),
  }))
  const ours = sizes[0] as (typeof sizes)[number]
  const ratio = (of: Size, to: Size) => (of.megabytes / to.megabytes).toFixed(2)
  console.log(
    formatTable([
      ['', 'packages, --omit=optional', 'MB', 'ours / theirs', 'packages, all', 'MB', 'ours / theirs'],
      ...sizes.map(({ name, least, all }) => [
        ...[name, `${least.packages}`, `${least.megabytes}`, ratio(ours.least, least)],
        ...[`${all.packages}`, `${all.megabytes}`, ratio(ours.all, all)],
      ]),
    ]),
  )
  console.log(`bar: ${ours.least.megabytes} of at most ${bar} MB for applying alone`)
  const [, transformers, llama] = sizes
  printRatios({
    'install-transformers': ours.least.megabytes / (transformers?.least.megabytes ?? Number.NaN),
    'install-node-llama-cpp': ours.least.megabytes / (llama?.least.megabytes ?? Number.NaN),
  })
  if (ours.least.megabytes > bar) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
