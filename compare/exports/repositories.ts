/**
 * Checks that python-tuf and the policypatch clients for Node and the browser read each other's repositories: one published here,
 * before and after rotating all of its keys, and one made by python-tuf, with a different kind of key for each role.
 *
 *   npm run check:exports
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  customOf,
  openWebRepository,
  summaryOf,
  targetPath,
  writePatchArchive,
} from '@policypatch/backend-web/repository'
import { addPatch, createRepository, openRepository, rotateKeys } from '@policypatch/registry'
import { createPatch } from 'policypatch'
import { memoryStorage } from 'policypatch/platform'
import { tinyManifest, tinyPrefix } from '../../packages/core/test/patch/tiny-patch.ts'
import { pythonCommand, quietEnvironment } from '../sides/command.ts'

const folder = await mkdtemp(join(tmpdir(), 'policypatch-repositories-'))
const server = createServer(async (request, response) => {
  const bytes = await readFile(join(folder, new URL(request.url ?? '/', 'http://x').pathname)).catch(
    () => undefined,
  )
  response.statusCode = bytes ? 200 : 404
  response.end(bytes)
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
let failed = 0
try {
  const patch = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  const { name, version } = patch.manifest
  const target = targetPath(name, version)

  for (const keyType of ['ecdsa', 'ed25519'] as const) {
    const own = join(folder, keyType)
    const keys = join(folder, `${keyType}-keys`)
    await createRepository({ folder: own, keys, keyType })
    const { digest } = await addPatch({ folder: own, keys: [keys], files: patch.files })
    const read = async (when: string) => {
      const root = join(own, 'metadata/1.root.json')
      const found = await python('read', `${host}/${keyType}`, root, target)
      check(`python-tuf reads ours, keys of ${keyType}, ${when}`, found.sha256, digest)
    }
    await read('as published')
    for (const role of ['root', 'targets', 'snapshot', 'timestamp', 'publisher']) {
      await rotateKeys({ folder: own, keys: [keys], role, keyType })
    }
    await read('all rotated')
  }

  const archive = await writePatchArchive(patch.files)
  await writeFile(join(folder, 'archive.zip'), archive)
  const custom = JSON.stringify(customOf({ name, version, summary: summaryOf(patch.manifest) }))
  await python('publish', join(folder, 'theirs'), join(folder, 'archive.zip'), target, custom)
  const root = new Uint8Array(await readFile(join(folder, 'theirs/metadata/1.root.json')))
  const url = `${host}/theirs`
  const storage = memoryStorage()
  for (const [client, repository] of [
    ["Node's client reads python-tuf's", await openRepository({ url, root, cache: join(folder, 'cache') })],
    [
      "the browser's client reads python-tuf's",
      await openWebRepository({ url, root, cache: { storage, path: 'kept' } }),
    ],
  ] as const) {
    const [found] = await repository.versions(name)
    check(client, found?.digest, createHash('sha256').update(archive).digest('hex'))
    const files = await repository.read(name, version)
    check(`${client}, whole`, Object.keys(files).sort().join(), Object.keys(patch.files).sort().join())
  }
} finally {
  server.close()
  await rm(folder, { recursive: true })
}
if (failed > 0) process.exitCode = 1

function check(what: string, found: unknown, expected: unknown): void {
  const ok = found === expected
  if (!ok) failed++
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what}${ok ? '' : `: ${found} instead of ${expected}`}`)
}

async function python(...args: readonly string[]): Promise<{ readonly sha256?: string }> {
  const [program, ...before] = pythonCommand('repositories.py')
  const child = spawn(program, [...before, ...args], {
    env: quietEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (piece) => {
    text += piece
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}`)
  return JSON.parse(text || '{}')
}
