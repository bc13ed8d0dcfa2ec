/**
 * Kills processes that install, upgrade, roll back and remove at random moments, and runs pairs of them concurrently. Afterwards
 * the state must match the journal and include everything that was reported as done.
 *
 *     npm run check:installs [-- --kills 200 --pairs 50 --seed 23]
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fileStorage } from '@policypatch/backend-node'
import { createRandom } from '@policypatch/core/platform'
import { addPatch, createRepository } from '@policypatch/registry'
import { projectState } from '@policypatch/registry/state'
import { build } from 'esbuild'
import { loopbackServer } from '../../packages/registry/test/sources/loopback-server.ts'
import { tinyPatch } from '../../packages/registry/test/tiny-patch.ts'
import { stateFaults } from './check-state.ts'

const text = (value: string) => ({ type: 'string', default: value }) as const
const { values } = parseArgs({ options: { kills: text('200'), pairs: text('50'), seed: text('23') } })
const random = createRandom(Number(values.seed))

const root = await mkdtemp(join(tmpdir(), 'kills-'))
const at = (path: string) => join(root, path)

// Patches: some versions in a repository, and some in folders.
const keys = at('keys')
const published = { folder: at('repository'), keys: [keys] }
await createRepository({ ...published, keys })
for (const version of ['1.0.0', '1.0.1', '1.1.0', '2.0.0']) {
  await addPatch({ ...published, files: (await tinyPatch('calm', version)).files })
}
for (const version of ['1.0.0', '1.0.1', '1.0.2']) {
  const patch = await tinyPatch('base', version)
  await patch.save({ storage: fileStorage(), path: at(`sources/base-${version}`) })
}
const server = await loopbackServer(({ path }) =>
  readFile(join(published.folder, path)).catch(() => undefined),
)

const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url))
await mkdir(cache, { recursive: true })
const worker = join(await mkdtemp(join(cache, 'kills-')), 'worker.mjs')
await build({
  entryPoints: [fileURLToPath(new URL('change-worker.ts', import.meta.url))],
  outfile: worker,
  ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20' },
  conditions: ['@policypatch/source'],
  plugins: [
    {
      name: 'external-packages',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
          kind === 'entry-point' || /^@policypatch\//.test(path) ? undefined : { path, external: true },
        ),
    },
  ],
})

async function newProject(name: string): Promise<string> {
  const folder = at(name)
  await mkdir(folder, { recursive: true })
  const repositories = { acme: { url: server.url, root: '../repository/metadata/1.root.json' } }
  await writeFile(join(folder, 'policypatch.json'), JSON.stringify({ repositories }))
  return folder
}

interface Said {
  readonly line?: readonly string[]
  readonly id?: string | null
  readonly error?: string
}

interface Worker {
  readonly child: ChildProcess
  readonly said: Said[]
  readonly ended: Promise<unknown>
  begin(): void
}

async function startWorker(folder: string, count?: number): Promise<Worker> {
  const args = [
    worker,
    folder,
    at('sources'),
    String(random.integer(2 ** 30)),
    ...(count ? [String(count)] : []),
  ]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })
  const said: Said[] = []
  await once(lines, 'line')
  lines.on('line', (line) => said.push(JSON.parse(line)))
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')])
  return { child, said, ended, begin: () => child.stdin?.write('go\n') }
}

const faults: string[] = []
const told: string[] = []
const commands: Record<string, number> = {}
const count = (said: readonly Said[]) => {
  for (const { line, id, error } of said) {
    const key = `${line?.[0]} ${error ?? (id ? 'changed' : 'had nothing to change')}`
    commands[key] = (commands[key] ?? 0) + 1
  }
}
const idsOf = (said: readonly Said[]) => said.flatMap(({ id }) => id ?? [])
/** Kills in the middle of a change, before and after it was committed. */
const stopped = { undecided: 0, decided: 0 }
const seconds = performance.now()

/** Publishes a newer version, so that there is something to upgrade to. */
const publishNext = async (patch: number) =>
  addPatch({ ...published, files: (await tinyPatch('calm', `1.1.${patch}`)).files })

const folder = await newProject('killed')
for (let i = 0; i < Number(values.kills); i++) {
  if (i % 2 === 1) await publishNext(i)
  const { child, said, ended, begin } = await startWorker(folder)
  begin()
  await new Promise((resolve) => setTimeout(resolve, random.uniform() * 600))
  child.kill('SIGKILL')
  await ended
  told.push(...idsOf(said))
  count(said)
  const { own } = projectState(folder)
  if (existsSync(join(own, 'pending.json'))) stopped.decided++
  else if (existsSync(join(own, 'staging'))) stopped.undecided++
  for (const fault of await stateFaults(projectState(folder), told)) faults.push(`kill ${i}: ${fault}`)
}

// The next change cleans up after changes that were killed before they were committed.
const last = await startWorker(folder, 1)
last.begin()
await last.ended
told.push(...idsOf(last.said))
for (const fault of await stateFaults(projectState(folder), told)) faults.push(`after all kills: ${fault}`)
if (existsSync(join(projectState(folder).own, 'staging'))) faults.push('after all kills: staging was left')

for (let i = 0; i < Number(values.pairs); i++) {
  const both = await newProject(`pair-${i}`)
  const first = await startWorker(both, 2)
  first.begin()
  await first.ended
  await publishNext(Number(values.kills) + i)
  const pair = await Promise.all([startWorker(both, 1), startWorker(both, 1)])
  for (const { begin } of pair) begin()
  await Promise.all(pair.map(({ ended }) => ended))
  const ids = [first, ...pair].flatMap(({ said }) => idsOf(said))
  for (const { said, child } of pair) {
    if (said.length !== 1 || child.exitCode !== 0) faults.push(`pair ${i}: a command did not end`)
    count(said)
  }
  for (const fault of await stateFaults(projectState(both), ids)) faults.push(`pair ${i}: ${fault}`)
}

await server.close()
await rm(root, { recursive: true })
await rm(join(worker, '..'), { recursive: true })
const { kills, pairs, seed } = values
const tookSeconds = Math.round((performance.now() - seconds) / 1000)
console.log(
  JSON.stringify({ kills, pairs, seed, told: told.length, stopped, commands, tookSeconds, faults }, null, 2),
)
process.exitCode = faults.length > 0 ? 1 : 0
