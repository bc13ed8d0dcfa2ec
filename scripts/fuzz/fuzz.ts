/**
 * Runs every reader on odd, damaged or malicious files, and tallies the results:
 *
 *   npm run fuzz [-- --reader NAME … --cases N --seed S --out DIR]
 *   npm run fuzz -- --reader NAME --replay DIR
 *
 * A case may throw nothing but a PatchError, take at most 2 s and 64 MB + 8 × its files, and contain nothing twice if it is
 * accepted. For each fault, the smallest case found is written to a folder, and the script exits with 1.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readCase, writeCase } from './case-folder.ts'
import { caseOutcome } from './case-outcome.ts'
import type { FuzzedReader } from './fuzzed-reader.ts'
import { fuzzedReaders } from './readers.ts'
import { filesOfCase, type Tally } from './run-cases.ts'

const { values } = parseArgs({
  options: {
    reader: { type: 'string', multiple: true },
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '19' },
    out: { type: 'string', default: join(tmpdir(), 'policypatch-fuzz') },
    replay: { type: 'string' },
  },
})
const chosen = fuzzedReaders.filter(({ name }) => values.reader?.includes(name) ?? true)
const unknown = values.reader?.find((name) => !chosen.some((reader) => reader.name === name))
if (unknown)
  throw new Error(`no reader ${unknown}; there are ${fuzzedReaders.map(({ name }) => name).join(', ')}`)

interface Result {
  readonly tally: Tally
  /** Folders with the cases of its faults. */
  readonly kept: readonly string[]
  /** Why the process ended before all cases were done. */
  readonly ended?: string
}

/** Maximum MB of a reader's JavaScript heap. Beyond it, the process ends. */
const heap = 2048

async function watched(reader: FuzzedReader): Promise<Result> {
  const progress = join(mkdtempSync(join(tmpdir(), 'fuzz-')), 'case')
  const watch = fileURLToPath(new URL('./watch.ts', import.meta.url))
  const source = new URL('../source.mjs', import.meta.url).href
  const child = spawn(
    process.execPath,
    [
      ...['--expose-gc', `--max-old-space-size=${heap}`, '--import', source, watch],
      ...[reader.name, values.cases, values.seed, values.out, progress],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [said, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-2000)))
  const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
    child.on('close', (...how) => done(how)),
  )
  const [line = '{}'] = said.trim().split('\n')
  const { ended, ...result } = JSON.parse(line || '{}') as Partial<Result>
  if (result.tally && result.kept && code === 0) return { tally: result.tally, kept: result.kept }
  if (!existsSync(progress)) throw new Error(`${reader.name} did not start: ${errors}`)
  const index = Number(readFileSync(progress, 'utf8'))
  const kept = [writeCase(values.out, reader.name, filesOfCase(reader, Number(values.seed), index))]
  const tally = {
    cases: index,
    accepted: 0,
    refused: {},
    slowest: 0,
    mostMemory: 0,
    mostBeyond: 0,
    faults: [],
  }
  return { tally, kept, ended: ended ?? `code ${code}, signal ${signal}: ${errors.trim()}` }
}

const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
const countOf = ({ faults }: Tally, kind: string) =>
  faults.filter((fault) => fault.kind === kind).reduce((sum, { count }) => sum + count, 0)

function row(name: string, { tally }: Result): string {
  const refused = Object.entries(tally.refused)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count}`)
  const figures = [
    ...[name, tally.cases, tally.accepted, refused.join(', '), countOf(tally, 'raw exception')],
    ...[countOf(tally, 'ambiguous'), Math.round(tally.slowest), countOf(tally, 'slow')],
    ...[megabytes(tally.mostMemory), megabytes(tally.mostBeyond), countOf(tally, 'memory')],
  ]
  return `| ${figures.join(' | ')} |`
}

async function replay(reader: FuzzedReader, folder: string): Promise<void> {
  const { code = 'accepted', milliseconds, violation } = await caseOutcome(reader, readCase(folder))
  console.log(
    `${reader.name}: ${violation ? `${violation.kind}, ${violation.what}` : code}, ${Math.round(milliseconds)} ms`,
  )
  if (violation) process.exitCode = 1
}

async function run(): Promise<void> {
  mkdirSync(values.out, { recursive: true })
  console.log(`Seed ${values.seed}, Node ${process.version}`)
  console.log(
    '| reader | cases | accepted | refused | raw | twice | slowest, ms | > 2 s | most MB | beyond 8 × file, MB | too many MB |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|---|')
  for (const reader of chosen) {
    const result = await watched(reader)
    console.log(row(reader.name, result))
    const { ended, kept, tally } = result
    if (ended) console.log(`  case ${tally.cases} ended the process: ${ended}`)
    for (const { kind, what, count } of tally.faults) console.log(`  ${kind}, ${count} times: ${what}`)
    for (const folder of kept) console.log(`  npm run fuzz -- --reader ${reader.name} --replay ${folder}`)
    if (ended || tally.faults.length > 0) process.exitCode = 1
  }
}

if (values.replay === undefined) await run()
else for (const reader of chosen) await replay(reader, values.replay)
