import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cp, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../../test/fixtures.ts'
import { runCli } from '../../cli/run-cli.ts'
import { commands } from '../../commands.ts'
import '../../platform-storage.ts'

const fixture = fileURLToPath(
  new URL('../../../../core/fixtures/patches/v1/tiny-harmfulness', import.meta.url),
)

let folder: string
const at = (path: string) => join(folder, path)
beforeAll(async () => {
  folder = await temporaryFolder()
  await cp(fixture, at('released'), { recursive: true })
  process.chdir(folder)
  process.env.POLICYPATCH_DATA = at('data')
})

const signals = ['SIGINT', 'SIGTERM'] as const

/** The command line in this process, which starts sooner than one of its own. */
async function run(args: readonly string[]) {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text)
      return true
    })
  }
  const listeners = signals.map((signal) => process.listeners(signal))
  const code = await runCli(commands(), ['node', 'policypatch', ...args])
  vi.restoreAllMocks()
  // A process of its own would end now.
  process.stdout.removeAllListeners('error')
  for (const [i, signal] of signals.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!listeners[i]?.includes(listener)) process.off(signal, listener)
    }
  }
  return { code, ...texts }
}

async function succeed(...args: readonly string[]) {
  const result = await run(args)
  expect(result, result.stderr).toMatchObject({ code: 0 })
  return result
}

const signed = async (name: string) =>
  JSON.parse(await readFile(at(`public/metadata/${name}`), 'utf8')).signed

test('a vendor makes a repository, publishes, withdraws, delegates, rotates and renews', async () => {
  const of = ['--folder', 'public', '--keys', 'keys']
  const { stdout } = await succeed(
    'repo',
    'init',
    ...of,
    '--threshold',
    'root=2/3',
    '--days',
    'timestamp=7',
    '--json',
  )
  const { rootDigest, keyIds } = JSON.parse(stdout)
  expect(rootDigest).toMatch(/^[0-9a-f]{64}$/)
  expect(keyIds.root).toHaveLength(3)
  expect((await stat(at(`keys/root-${keyIds.root[0].slice(0, 8)}.pem`))).mode & 0o777).toBe(0o600)

  expect((await succeed('repo', 'add', 'released', ...of)).stdout).toContain(
    'Published tiny-harmfulness@1.0.0',
  )
  const text = await readFile(at('released/patch.json'), 'utf8')
  await writeFile(at('released/patch.json'), text.replace('"1.0.0"', '"1.0.1"').replaceAll('0.9', '0.5'))
  const refused = await run(['repo', 'add', 'released', ...of])
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('--accept-regression "refusal rate, harmful"')
  await succeed('repo', 'add', 'released', ...of, '--accept-regression', 'refusal rate, harmful')
  await succeed('repo', 'yank', 'tiny-harmfulness@1.0.1', ...of, '--reason', 'refuses less')
  expect((await signed('4.publisher.json')).targets).toMatchObject({
    'tiny-harmfulness/tiny-harmfulness-1.0.0.zip': { custom: { policypatch: { version: '1.0.0' } } },
    'tiny-harmfulness/tiny-harmfulness-1.0.1.zip': { custom: { policypatch: { yanked: 'refuses less' } } },
  })

  await succeed('repo', 'delegate', 'acme', 'acme-*', ...of)
  await succeed('repo', 'rotate', 'root', ...of, '--count', '2')
  expect((await signed('2.root.json')).roles.root).toMatchObject({ threshold: 2, keyids: { length: 2 } })
  await succeed('repo', 'timestamp', ...of)
  const { expires } = await signed('timestamp.json')
  expect(Date.parse(expires) - Date.now()).toBeGreaterThan(6 * 86_400_000)
  expect(Date.parse(expires) - Date.now()).toBeLessThan(8 * 86_400_000)
})

test('a group without a command, and an option of another command, are wrong usage', async () => {
  expect(await run(['repo'])).toMatchObject({ code: 2, stdout: '' })
  expect(await run(['repo', 'yank', 'x'])).toMatchObject({ code: 2 })
  expect(await run(['repo', 'init', '--threshold', 'root=two'])).toMatchObject({ code: 2 })
})

test('an operator trusts a repository by a digest, and installs from it; a withdrawn version by its number alone', async () => {
  const { server, url } = await served(at('public'))
  try {
    const root = createHash('sha256')
      .update(await readFile(at('public/metadata/1.root.json')))
      .digest('hex')
    const trust = ['repo', 'trust', 'acme', url, '--project', '--sha256']
    const wrong = await run([...trust, 'f'.repeat(64)])
    expect(wrong.stderr).toContain('error DIGEST_MISMATCH')
    expect((await succeed(...trust, root)).stdout).toContain('tiny-harmfulness')
    expect((await succeed('install', 'tiny-harmfulness@^1.0.0')).stdout).toContain('tiny-harmfulness@1.0.0')
    const { stderr } = await succeed('install', 'tiny-harmfulness@1.0.1')
    expect(stderr).toContain('refuses less')
  } finally {
    server.close()
  }
})

async function served(folder: string) {
  const server = createServer(async (request, response) => {
    const bytes = await readFile(`${folder}${request.url}`).catch(() => undefined)
    response.statusCode = bytes ? 200 : 404
    response.end(bytes)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
