/**
 * How long it takes on a fresh machine, with nothing cached, to install a signed patch of SmolLM2-135M from a repository on loopback under a
 * trust policy, beyond what Node takes to start; and how long its verification alone takes. Needs `npm run build`.
 *
 *     npm run check:fresh-install [-- --runs 10]
 */

import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fileStorage } from '@policypatch/backend-node'
import { readPatch } from '@policypatch/core'
import { openTrust, signPatch } from '@policypatch/core/patch'
import { addPatch, createRepository } from '@policypatch/registry'
import { loopbackServer } from '../../packages/registry/test/sources/loopback-server.ts'

const bounds = { install: 1000, verify: 50 }
const name = 'harmfulness-smollm2-135m-instruct'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10' } } })
const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const root = await mkdtemp(join(tmpdir(), 'fresh-'))

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const policy = {
  format: 'policypatch-trust/v1' as const,
  signers: { vendor: { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() } },
  rules: [{ signers: ['vendor'], provenance: true }],
}
await cp(at(`packages/policypatch/patches/${name}`), join(root, 'patch'), { recursive: true })
const place = { storage: fileStorage(), path: join(root, 'patch') }
await signPatch(place, { signer: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() })
const signed = await readPatch(place)
const published = { folder: join(root, 'repository'), keys: [join(root, 'keys')] }
await createRepository({ ...published, keys: join(root, 'keys') })
await addPatch({ ...published, files: signed.files })
const server = await loopbackServer(({ path }) =>
  readFile(join(published.folder, path)).catch(() => undefined),
)

/** Milliseconds until a process has ended. */
async function timed(args: readonly string[], cwd: string): Promise<number> {
  const started = performance.now()
  const environment = { ...process.env, POLICYPATCH_DATA: join(cwd, 'data') }
  const child = spawn(process.execPath, args, { cwd, env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (piece) => {
    said += piece
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(said)
  return performance.now() - started
}

const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] as number

const times = { start: [] as number[], install: [] as number[], verify: [] as number[] }
for (let run = 0; run < Number(values.runs); run++) {
  const folder = join(root, `machine-${run}`)
  await mkdir(folder)
  const repositories = { vendor: { url: server.url, root: '../repository/metadata/1.root.json' } }
  await writeFile(join(folder, 'policypatch.json'), JSON.stringify({ repositories }))
  await writeFile(join(folder, 'trust.json'), JSON.stringify(policy))
  times.start.push(await timed(['-e', '0'], folder))
  const command = [at('packages/policypatch/bin/policypatch.js'), 'install', name, '--trust', 'trust.json']
  times.install.push(await timed(command, folder))
  const trust = await openTrust(policy)
  const began = performance.now()
  await trust.verify(signed, place)
  times.verify.push(performance.now() - began)
}
await server.close()
await rm(root, { recursive: true })

const found = { install: median(times.install) - median(times.start), verify: median(times.verify) }
const rounded = Object.fromEntries(
  Object.entries(found).map(([key, value]) => [key, Math.round(value * 10) / 10]),
)
console.log(
  JSON.stringify({ runs: Number(values.runs), milliseconds: rounded, bounds, bytes: signed.bytes }, null, 2),
)
process.exitCode = found.install <= bounds.install && found.verify <= bounds.verify ? 0 : 1
