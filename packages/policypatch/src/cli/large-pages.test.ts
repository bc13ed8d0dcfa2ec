import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { commands } from '../commands.ts'
import { computing, type Host, largePagesEnvironment, type NewerProcess } from './large-pages.ts'

const host: Host = {
  platform: 'linux',
  env: { HOME: '/home/me' },
  pages: () => 'always [madvise] never\n',
  glibc: () => '2.39',
}

test('a command that computes starts once more, in an environment that asks for large pages', () => {
  const env = largePagesEnvironment(['--json', 'train', '--model', 'm'], host)
  expect(env).toEqual({
    HOME: '/home/me',
    GLIBC_TUNABLES: expect.stringMatching(/^glibc\.malloc\.hugetlb=1:/),
  })
  expect(largePagesEnvironment(['train'], { ...host, env: env ?? {} })).toBeUndefined()
})

test('others do not, nor where the setting is unknown or without use', () => {
  for (const argv of [[], ['--help'], ['inspect', 'train'], ['train', '--help']]) {
    expect(largePagesEnvironment(argv, host)).toBeUndefined()
  }
  const elsewhere: Partial<Host>[] = [
    { platform: 'darwin' },
    { env: { GLIBC_TUNABLES: '' } },
    { pages: () => '[always] madvise never\n' },
    { pages: () => undefined },
    { glibc: () => '2.34' },
    { glibc: () => undefined },
  ]
  for (const other of elsewhere)
    expect(largePagesEnvironment(['train'], { ...host, ...other })).toBeUndefined()
})

test('the commands exist', () => {
  const names = commands().map((command) => command.name())
  for (const name of computing) expect(names).toContain(name)
})

/** Runs a script that starts itself once more, and then does `body`. */
async function twice(body: string) {
  const folder = await mkdtemp(join(tmpdir(), 'policypatch-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const script = join(folder, 'script.mjs')
  const module = JSON.stringify(new URL('./large-pages.ts', import.meta.url).href)
  await writeFile(
    script,
    `import { endWithParent, startAgain } from ${module}
if (!process.env.GLIBC_TUNABLES) {
  process.exitCode = await startAgain({ ...process.env, ...${JSON.stringify(largePagesEnvironment(['train'], host))} })
} else {
  endWithParent()
  ${body}
}`,
  )
  const register = fileURLToPath(new URL('../../../../scripts/source.mjs', import.meta.url))
  const child = spawn(process.execPath, ['--import', register, script, 'one', 'two words'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async () => String((await lines.next()).value)
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  return { child, line, ended }
}

test('arguments, standard input and the exit code are passed on', async () => {
  const { child, line, ended } = await twice(`
  console.log(process.argv.slice(2).join())
  process.stdin.on('data', (text) => { console.log('read ' + text); process.exit(7) })`)
  expect(await line()).toBe('one,two words')
  child.stdin.write('this')
  expect(await line()).toBe('read this')
  expect(await ended).toEqual({ code: 7, signal: null })
})

test('so are signals: one that is handled, and one that ends it', async () => {
  const { child, line, ended } = await twice(`
  process.on('SIGINT', () => console.log('interrupted'))
  setInterval(() => {}, 1000)
  console.log('ready')`)
  expect(await line()).toBe('ready')
  child.kill('SIGINT')
  expect(await line()).toBe('interrupted')
  child.kill('SIGTERM')
  expect(await ended).toEqual({ code: null, signal: 'SIGTERM' })
})

test('if the first process is killed, the second one gets SIGTERM', async () => {
  const { child, line, ended } = await twice(`
  process.on('SIGTERM', () => { console.log('terminated'); process.exit() })
  setInterval(() => {}, 1000)
  console.log('ready')`)
  expect(await line()).toBe('ready')
  child.kill('SIGKILL')
  // Where the second process replaces the first, there is nobody left to tell.
  if (!(process as NewerProcess).execve) expect(await line()).toBe('terminated')
  await ended
})
