/**
 * Measures how long `policypatch install NAME` takes on a machine without any prior state, from a local static repository.
 * Includes all metadata, the download, every check and the store. The patch is signed and has SmolLM2-135M's shape (50 virtual
 * tokens of width 576).
 *
 *   npm run build && npm run bench:install [-- --runs 9]
 *
 * Prints the medians over the runs, minus Node's own startup time.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { addPatch, createRepository } from '@policypatch/registry'
import { createPatch, readPatch } from 'policypatch'
import { signPatch } from 'policypatch/patch'
import { createRandom } from 'policypatch/platform'
import { tinyManifest } from '../packages/core/test/patch/tiny-patch.ts'

const tellUsage = `import { writeSync } from 'node:fs'
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  writeSync(3, String((userCPUTime + systemCPUTime) / 1000))
})`

const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' } } })
const [length, width] = [50, 576]
const base = await mkdtemp(join(tmpdir(), 'policypatch-install-'))
const command = fileURLToPath(new URL('../packages/policypatch/bin/policypatch.js', import.meta.url))
const server = createServer(async (request, response) => {
  const bytes = await readFile(join(base, `public${request.url}`)).catch(() => undefined)
  response.statusCode = bytes ? 200 : 404
  response.end(bytes)
}).listen(0, '127.0.0.1')
try {
  await once(server, 'listening')
  const { name, bytes } = await publish()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [starts, installs]: [Times[], Times[]] = [[], []]
  for (let i = 0; i < Number(values.runs); i++) {
    const folder = join(base, `machine-${i}`)
    await mkdir(folder)
    const repositories = { vendor: { url, root: 'vendor.root.json' } }
    await writeFile(join(folder, 'policypatch.json'), JSON.stringify({ repositories }))
    await writeFile(
      join(folder, 'vendor.root.json'),
      await readFile(join(base, 'public/metadata/1.root.json')),
    )
    starts.push(await timed(folder, ['-e', '0']))
    installs.push(await timed(folder, [command, 'install', name]))
  }
  const after = (of: keyof Times) =>
    (median(installs.map((one) => one[of])) - median(starts.map((one) => one[of]))).toFixed(0)
  console.log(
    `install of a signed patch of ${bytes} bytes: ${after('wall')} ms after Node has started, of which ${after('cpu')} ms on a ` +
      `processor (medians of ${values.runs})`,
  )
} finally {
  server.close()
  await rm(base, { recursive: true })
}

async function publish() {
  const { normal } = createRandom(1)
  const patch = await createPatch({
    manifest: {
      ...tinyManifest,
      base: { ...tinyManifest.base, hiddenSize: width },
      prefix: { length, init: 'random' },
    },
    prefix: { length, embeddings: Float32Array.from({ length: length * width }, () => 0.1 * normal()) },
  })
  const folder = join(base, 'patch')
  await patch.save(folder)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await signPatch(folder, { signer: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() })
  const keys = join(base, 'keys')
  await createRepository({ folder: join(base, 'public'), keys })
  const { files } = await readPatch(folder)
  const added = await addPatch({ folder: join(base, 'public'), keys: [keys], files })
  return { name: added.name, bytes: added.bytes }
}

/** Milliseconds. */
interface Times {
  readonly wall: number
  /** User and system time. Unlike wall time, it is meaningful while other programs run. */
  readonly cpu: number
}

async function timed(cwd: string, args: readonly string[]): Promise<Times> {
  const begin = performance.now()
  const own = ['--import', `data:text/javascript,${encodeURIComponent(tellUsage)}`]
  const child = spawn(process.execPath, [...own, ...args], {
    ...{ cwd, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
    env: { ...process.env, POLICYPATCH_DATA: join(cwd, 'data') },
  })
  let told = ''
  child.stdio[3]?.on('data', (piece) => {
    told += piece
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return { wall: performance.now() - begin, cpu: Number(told) }
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] as number
}
