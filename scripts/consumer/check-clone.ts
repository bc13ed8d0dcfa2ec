/**
 * Tests a fresh clone of this repository as a reader of README would use it: runs README's npm lines there in order, without any
 * warning, and uses `npx policypatch` as the command after `npm run build`. Servers run until they respond. Lines that take
 * minutes run only with --long.
 *
 *   npm run check:clone -- [--long] [--keep]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { splitLine } from '../../packages/policypatch/test/split-line.ts'
import { readmeLines } from './readme-lines.ts'
import { addressOf, startProgram, stop } from './started-server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const [long, keep] = ['--long', '--keep'].map((flag) => process.argv.includes(flag))
const folder = mkdtempSync(join(tmpdir(), 'policypatch-clone-'))
const clone = join(folder, 'policypatch')

const servers = /^npm (start|run (playground|dev|docs(:dev)?))\b/
const minutes = /^(npm (test|run (demo|docs:build))|npx policypatch demo)\b/

const start = (line: string) => startProgram(splitLine(line), { cwd: clone, env: environment() })

/** Removes the variables that npm sets for its children, such as this script. A reader's shell does not have them. */
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))

async function runLine(line: string): Promise<void> {
  const { output, ended } = start(line)
  const code = await ended
  checkOutput(line, output())
  if (code !== 0) throw new Error(`${line} ended with ${code}:\n${output()}`)
}

function checkOutput(line: string, output: string): void {
  const warning = output.split('\n').find((one) => /\bwarn(ing)?\b|deprecated/i.test(one))
  if (warning !== undefined) throw new Error(`${line} prints a warning: ${warning}`)
}

/** Runs a server until it responds at the address that it prints. */
async function serve(line: string): Promise<void> {
  const server = start(line)
  const { child, output } = server
  try {
    const address = await addressOf(server, line)
    const { status } = await fetch(address)
    if (status !== 200) throw new Error(`${line}: ${address} answers ${status}`)
    checkOutput(line, output())
  } finally {
    stop(child)
  }
}

async function check(line: string): Promise<void> {
  if (/^node node_modules\//.test(line)) {
    const path = `${line.split(' ')[1]}`
    if (![path, `${path}.js`].some((one) => existsSync(join(clone, one))))
      throw new Error(`${path} is not there`)
    console.log(`there ${line}`)
  } else if (servers.test(line)) {
    await serve(line)
    console.log(`ok    ${line}`)
  } else if (minutes.test(line) && !long) console.log(`skip  ${line} (--long runs it)`)
  else {
    await runLine(line)
    console.log(`ok    ${line}`)
  }
}

try {
  execFileSync('git', ['clone', '--quiet', root, clone])
  const lines = readmeLines(readFileSync(join(clone, 'README.md'), 'utf8')).map(({ text }) => text)
  // check.ts runs the steps in a reader's own project, and the tests run commands mentioned in sentences.
  const typed = lines.filter((line) =>
    /^(npm (ci|test|start|run [\w:-]+)|node node_modules\/\S+)$/.test(line),
  )
  const rest = typed.filter((line) => line !== 'npm ci' && line !== 'npm run build')
  for (const line of [
    'npm ci',
    'npm run build',
    'npx policypatch --version',
    'npx policypatch --help',
    ...rest,
  ]) {
    await check(line)
  }
} finally {
  if (keep) console.log(`The clone is in ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}
