import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createRepository } from '../../src/repository/publish/create-repository.ts'
import { readState } from '../../src/repository/publish/repository-state.ts'
import { openRepository } from '../../src/repository/read/open-repository.ts'
import { tinyPatchFiles } from './tiny-repository.ts'

/** What processes said that they had done. */
interface Change {
  readonly ready?: true
  readonly added?: string
  readonly yanked?: string
  readonly rotated?: string
  readonly renewed?: true
}

export interface KilledPublishing {
  /** Kills a process at a random moment of its changes, so many times; throws where what is then published is neither before nor after. */
  kill(times: number): Promise<{ readonly kills: number; readonly changes: number }>
  /** Has two processes make so many additions each at once, with what comes between; throws where any is lost. */
  pairs(count: number): Promise<{ readonly changes: number }>
  remove(): Promise<void>
}

/** A repository, and processes that change it. */
export async function killedPublishing(random: () => number): Promise<KilledPublishing> {
  const base = await mkdtemp(join(tmpdir(), 'killed-'))
  const [folder, keys] = [join(base, 'public'), join(base, 'keys')]
  const files = await tinyPatchFiles('1.0.0')
  await mkdir(join(base, 'patch'))
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(base, 'patch', name), bytes)
  await createRepository({ folder, keys })
  const root = await readFile(join(folder, 'metadata/1.root.json'))
  const program = await bundledProgram()

  const versions = new Map<string, { yanked: boolean }>()
  let runs = 0

  /** Runs a process and gives what it said; `kill` is called at its first change. */
  async function run(count: number, onReady: (child: ChildProcess) => void): Promise<Change[]> {
    const child = spawn(process.execPath, [program, base, String(runs++), String(count)])
    const [out, err] = [
      gathered(child.stdout, (text) => text.includes('ready') && onReady(child)),
      gathered(child.stderr),
    ]
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    if (code !== 0 && code !== null) throw new Error(`The process ended with ${code}: ${err()}`)
    const lines = out().split('\n').slice(0, -1)
    const changes = lines.map((line) => JSON.parse(line) as Change)
    for (const { added, yanked } of changes) {
      if (added !== undefined) versions.set(added, { yanked: false })
      if (yanked !== undefined) versions.set(yanked, { yanked: true })
    }
    return changes.filter(({ ready }) => !ready)
  }

  /** What is published has all that was said to be done, each version whole, and at most one change more. */
  async function check(mostMore: number): Promise<void> {
    await readState(folder)
    const url = 'https://patches.example'
    const fetch: typeof globalThis.fetch = async (input) => {
      const bytes = await readFile(join(folder, String(input).slice(url.length + 1))).catch(() => undefined)
      return new Response(bytes ? new Uint8Array(bytes) : 'none', { status: bytes ? 200 : 404 })
    }
    const opened = await openRepository({
      url,
      root,
      cache: join(base, 'cache'),
      download: { fetch, retries: 0 },
    })
    const found = new Map((await opened.versions('harmless')).map((one) => [one.version, one]))
    let more = 0
    for (const [version, { yanked }] of versions) {
      const is = found.get(version)
      if (!is) throw new Error(`${version} was published, and is not there`)
      if (yanked && is.yanked === undefined) throw new Error(`${version} was withdrawn, and is not`)
      if (!yanked && is.yanked !== undefined) more++
    }
    for (const version of found.keys()) if (!versions.has(version)) more++
    if (more > mostMore) throw new Error(`${more} changes of which nobody said that they were done`)
    for (const [version, { yanked }] of found) versions.set(version, { yanked: yanked !== undefined })
    const last = [...found.keys()].at(-1)
    if (last !== undefined) await opened.read('harmless', last)
  }

  return {
    async kill(times) {
      let changes = 0
      for (let i = 0; i < times; i++) {
        const said = await run(1000, (child) => setTimeout(() => child.kill('SIGKILL'), 5 + random() * 400))
        changes += said.length
        await check(1)
      }
      return { kills: times, changes }
    },
    async pairs(count) {
      const before = (await readState(folder)).snapshot.version
      const said = await Promise.all([run(count, () => undefined), run(count, () => undefined)])
      await check(0)
      const all = said.flat()
      // Each of these signs a snapshot: had two signed the same one, one of them would be lost.
      const signing = all.filter(({ added, yanked, rotated }) => (added ?? yanked ?? rotated) !== undefined)
      const expected = signing.filter(({ rotated }) => rotated !== 'root' && rotated !== 'timestamp').length
      const after = (await readState(folder)).snapshot.version
      if (after - before !== expected) throw new Error(`${after - before} snapshots for ${expected} changes`)
      return { changes: all.length }
    },
    remove: async () => {
      await rm(base, { recursive: true, force: true })
      await rm(program, { force: true })
    },
  }
}

function gathered(stream: NodeJS.ReadableStream | null, onText?: (text: string) => unknown): () => string {
  let text = ''
  stream?.on('data', (piece) => {
    text += piece
    onText?.(String(piece))
  })
  return () => text
}

/** One file of the sources starts far faster than the sources; it lies where its packages are found. */
async function bundledProgram(): Promise<string> {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const folder = at('../../node_modules/.cache')
  await mkdir(folder, { recursive: true })
  const outfile = join(folder, `publishing-${process.pid}.mjs`)
  await build({
    entryPoints: [at('./publishing-process.ts')],
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' },
    conditions: ['@policypatch/source'],
    plugins: [
      {
        name: 'external-packages',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || /^@policypatch\/|register_all_gradients\.js$/.test(path)
              ? undefined
              : { path, external: true },
          ),
      },
    ],
  })
  return outfile
}
