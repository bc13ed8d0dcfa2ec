/**
 * A fresh clone of this repository, as README's reader has it: its npm lines are run there in their order, none of them may print
 * a warning, and after `npm run build` the command is `npx policypatch`. Servers are run until they answer, and lines that
 * take minutes with --long alone.
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

/** Without what npm sets for its own children, this script being one: a reader's shell has none of it. */
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

/** Runs a server until it answers at the address that it prints. */
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
  // What a reader's own project does is run by check.ts, mentions of a command by the tests.
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
