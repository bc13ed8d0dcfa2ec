/**
 * Tests a project outside of this repository that uses the published packages: packs them, installs the tarballs, checks README's
 * code with TypeScript under `nodenext` and `bundler`, runs it and README's command lines in Node, builds it with Vite, and runs
 * it in Chromium if that is installed.
 *
 *   npm run check:consumer -- [--quick] [--keep]
 *
 * --quick skips the browser, and the shipped patch on its own model.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from '../../packages/core/test/browser/chromium.ts'
import { commandLines } from './command-lines.ts'
import { firstAnswer, usesShippedPatch } from './first-answer.ts'
import { npmInstall, packPackages, type Tarball } from './pack-packages.ts'
import { readmeCode } from './readme-code.ts'
import { runInChromium } from './run-in-chromium.ts'
import { writeRunData } from './write-run-data.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const own = fileURLToPath(new URL('./', import.meta.url))
const model = join(root, 'examples/playground/public/models/tiny-chat')
const modelOfReadme = 'HuggingFaceTB/SmolLM2-135M-Instruct'

/** Skips what takes minutes, for testing another release of Node in addition to a full check. */
const quick = process.argv.includes('--quick')
const project = mkdtempSync(join(tmpdir(), 'policypatch-consumer-'))
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] })
/** Calls an endpoint without the client library. */
const noEndpoint = `
import { endpointReference } from 'policypatch'
const reference = endpointReference({ baseURL: 'http://localhost:9/v1', model: 'none' })
const error = await reference.respond([{ prompt: 'tea' }]).next().then(() => undefined, (cause) => cause)
if (!/npm install openai/.test(error?.message)) throw new Error('openai is not named: ' + error)
`

const done = (what: string) => console.log(`ok    ${what}`)

try {
  const tarballs = packPackages(root, join(project, 'tarballs'))
  const { devDependencies: versions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const web = JSON.parse(readFileSync(join(root, 'packages/backend-web/package.json'), 'utf8'))
  const tools = ['@types/node', 'esbuild', 'typescript', 'vite']
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: {
        ...Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`])),
        'onnxruntime-web': web.devDependencies['onnxruntime-web'],
      },
      devDependencies: Object.fromEntries(tools.map((name) => [name, versions[name]])),
    }),
  )
  installWithoutWarning()
  done(
    `${tarballs.length} packages install from their tarballs on Node ${process.versions.node}, with no install script and no warning`,
  )

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

  // Run with a model in this repository, because README's takes minutes and a download.
  writeRunData(project)
  for (const [index, { text }] of node.entries()) {
    if (usesShippedPatch(text)) continue
    const path = join(project, 'dist', `readme-${index + 1}.js`)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(modelOfReadme, model))
    run('node', path)
  }
  done('they run in Node, but for those on the patch that comes with the package')
  run('npx', 'policypatch', 'inspect', 'patches/harmfulness')
  const shown = commandLines(readFileSync(join(root, 'README.md'), 'utf8'), model)
  for (const line of shown) run('npx', 'policypatch', ...line)
  done(`so do the command line, on the patch that they made, and README's ${shown.length} lines of it`)

  run('npx', 'policypatch', 'api-key', 'consumer')
  await answerOverHttp()
  done('policypatch serve answers, and ends with 0 when it is told to')

  await runWithoutOptional(tarballs)
  done('without what is optional a patch is applied, and what needs a package names it')
  if (!quick) {
    for (const { text } of node.filter((one) => usesShippedPatch(one.text))) {
      const first = await firstAnswer(text, tarballs)
      if (first) {
        const took = `${first.lines} lines, ${first.seconds.toFixed(0)} s from the installation`
        done(`README's patched answer by the patch that comes with the package: ${took} (wanted: 12, 60 s)`)
      } else console.log('skip  the patch that comes with the package: its model cannot be reached')
    }
    await checkBrowser()
  }
} finally {
  if (process.argv.includes('--keep')) console.log(`The project is in ${project}`)
  else rmSync(project, { recursive: true, force: true })
}

/** Installs as a reader would, but without scripts, because one of them would download a CUDA provider. */
function installWithoutWarning(): void {
  const { status, stderr } = spawnSync('npm', npmInstall, {
    cwd: project,
    encoding: 'utf8',
  })
  if (status !== 0 || /\bwarn\b/i.test(stderr)) throw new Error(`npm install ends with ${status}:\n${stderr}`)
}

/** Checks that applying a patch needs no optional packages, and that anything that needs one names it. */
async function runWithoutOptional(tarballs: readonly Tarball[]): Promise<void> {
  // Outside of the project, because its packages would be found from inside.
  const least = mkdtempSync(join(tmpdir(), 'policypatch-least-'))
  writeFileSync(join(least, 'package.json'), '{ "private": true, "type": "module" }\n')
  // An optional package would be installed if it were named.
  const paths = tarballs.filter(({ name }) => name !== '@policypatch/serve').map(({ path }) => path)
  execFileSync('npm', [...npmInstall, '--omit=optional', ...paths], { cwd: least, stdio: 'ignore' })
  const asked = ['generate', 'tea', '--model', model, '--patch', join(project, 'patches/harmfulness')]
  execFileSync('npx', ['policypatch', ...asked, '--max-tokens', '4'], { cwd: least, stdio: 'ignore' })
  writeFileSync(join(least, 'endpoint.js'), noEndpoint)
  execFileSync('node', ['endpoint.js'], { cwd: least, stdio: ['ignore', 'inherit', 'inherit'] })
  rmSync(least, { recursive: true })
}

/** Starts the server with the new patch and sends it one request. */
async function answerOverHttp(): Promise<void> {
  const args = ['serve', '--patch', 'patches/harmfulness', '--model', model, '--port', '0']
  const server = spawn('node', ['node_modules/policypatch/bin/policypatch.js', ...args], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => server.on('close', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    server.stderr.on('data', (piece) => {
      said += piece
      const [, found] = /is served at (\S+)/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    })
    server.on('close', () => reject(new Error(said)))
  })
  const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
  const body = { model: models.data[0]?.id, messages: [{ role: 'user', content: 'tea' }], max_tokens: 4 }
  const headers = { 'content-type': 'application/json' }
  const address = `${url}/v1/chat/completions`
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`The server answers ${response.status}: ${await response.text()}`)
  await response.text()
  server.kill('SIGTERM')
  const code = await ended
  if (code !== 0) throw new Error(`The server ends with ${code}`)
}

async function checkBrowser(): Promise<void> {
  const worker = join(project, 'page', 'worker.ts')
  writeFileSync(worker, readFileSync(worker, 'utf8').replaceAll(modelOfReadme, '/models/tiny-chat'))
  run('npx', 'vite', 'build', 'page', '--logLevel', 'warn')
  done('Vite builds the program for the browser')
  const [, line = ''] =
    /^ {4}npx (esbuild .*)$/m.exec(readFileSync(join(root, 'docs/browser.md'), 'utf8')) ?? []
  run('npx', ...line.replace('worker.ts', 'page/worker.ts').split(' '))
  done('so does esbuild, as docs/browser.md has it')
  const site = join(project, 'page', 'dist')
  cpSync(model, join(site, 'models/tiny-chat'), { recursive: true })
  cpSync(join(project, 'patches/harmfulness'), join(site, 'patches/harmfulness'), { recursive: true })
  const chromium = findChromium()
  if (chromium) {
    console.log(await runInChromium(chromium, site))
    done('it runs in Chromium')
  } else console.log('skip  it was not run in a browser: no Chromium on the PATH or in CHROMIUM')
}
