/**
 * A project outside of this repository that uses the packages as they are published: packs them, installs the tarballs,
 * checks README's code with TypeScript under `nodenext` and `bundler`, runs it and README's command lines in Node, and builds it with Vite and runs it in
 * Chromium, where one is installed.
 *
 *   npm run check:consumer -- [--keep]
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from '../../packages/core/test/chromium.ts'
import { commandLines } from './command-lines.ts'
import { packPackages } from './pack-packages.ts'
import { readmeCode } from './readme-code.ts'
import { runInChromium } from './run-in-chromium.ts'
import { writeRunData } from './write-run-data.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const own = fileURLToPath(new URL('./', import.meta.url))
const model = join(root, 'examples/playground/public/models/tiny-chat')
const modelOfReadme = 'HuggingFaceTB/SmolLM2-135M-Instruct'

const project = mkdtempSync(join(tmpdir(), 'policypatch-consumer-'))
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] })
const done = (what: string) => console.log(`ok    ${what}`)

try {
  const tarballs = packPackages(root, join(project, 'tarballs'))
  const { devDependencies: versions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tools = ['@types/node', 'typescript', 'vite']
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`])),
      devDependencies: Object.fromEntries(tools.map((name) => [name, versions[name]])),
    }),
  )
  cpSync(join(root, '.npmrc'), join(project, '.npmrc'))
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error')
  done(`${tarballs.length} packages install from their tarballs`)

  const code = readmeCode(readFileSync(join(root, 'README.md'), 'utf8'))
  const [node, browser] = [true, false].map((isNode) => code.filter((one) => one.node === isNode)) as [
    typeof code,
    typeof code,
  ]
  mkdirSync(join(project, 'node'))
  for (const [index, { text }] of node.entries()) {
    writeFileSync(join(project, 'node', `readme-${index + 1}.ts`), text)
  }
  cpSync(join(own, 'page'), join(project, 'page'), { recursive: true })
  writeFileSync(join(project, 'page', 'worker.ts'), browser.map(({ text }) => text).join('\n'))
  for (const name of ['tsconfig.nodenext.json', 'tsconfig.bundler.json'])
    cpSync(join(own, name), join(project, name))
  run('npx', 'tsc', '-p', 'tsconfig.nodenext.json')
  done(`README's ${node.length} programs for Node, TypeScript with nodenext`)
  run('npx', 'tsc', '-p', 'tsconfig.bundler.json')
  done('all of them, TypeScript with bundler')

  // Run with a model of this repository in place of README's, which takes a download and minutes.
  writeRunData(project)
  for (const index of node.keys()) {
    const path = join(project, 'dist', `readme-${index + 1}.js`)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(modelOfReadme, model))
    run('node', path)
  }
  done('they run in Node')
  run('npx', 'policypatch', 'inspect', 'patches/harmfulness')
  const shown = commandLines(readFileSync(join(root, 'README.md'), 'utf8'), model)
  for (const line of shown) run('npx', 'policypatch', ...line)
  done(`so do the command line, on the patch that they made, and README's ${shown.length} lines of it`)

  const worker = join(project, 'page', 'worker.ts')
  writeFileSync(worker, readFileSync(worker, 'utf8').replaceAll(modelOfReadme, '/models/tiny-chat'))
  run('npx', 'vite', 'build', 'page', '--logLevel', 'warn')
  done('Vite builds the program for the browser')
  const site = join(project, 'page', 'dist')
  cpSync(model, join(site, 'models/tiny-chat'), { recursive: true })
  cpSync(join(project, 'patches/harmfulness'), join(site, 'patches/harmfulness'), { recursive: true })
  const chromium = findChromium()
  if (chromium) {
    console.log(await runInChromium(chromium, site))
    done('it runs in Chromium')
  } else console.log('skip  it was not run in a browser: no Chromium on the PATH or in CHROMIUM')
} finally {
  if (process.argv.includes('--keep')) console.log(`The project is in ${project}`)
  else rmSync(project, { recursive: true, force: true })
}
