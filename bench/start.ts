/**
 * Measures the time from `loadModel` to the first token, in a fresh process each time and with everything cached, alternating
 * between runs with and without cached rounded weights. Runs the built code, because only that caches compiled programs: run
 * `npm run build` first.
 *
 *   npm run bench:start -- [--runs 7] [--model HuggingFaceTB/SmolLM2-135M-Instruct]
 *
 * CPU times are totals over all threads; other load affects them less.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { median, printLoad, printRatios } from '../timing/figures.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    model: { type: 'string', default: 'HuggingFaceTB/SmolLM2-135M-Instruct' },
  },
})

interface Start {
  readonly load: number
  readonly first: number
  readonly processor: number
  readonly peak: number
}

const code = `
  const { loadModel } = await import('policypatch')
  const [id, options] = JSON.parse(process.argv[1])
  const processor = process.cpuUsage()
  const started = performance.now()
  const model = await loadModel(id, options)
  const loaded = performance.now()
  for await (const text of model.stream('Why is the sky blue?')) break
  const first = performance.now() - loaded
  const { user, system } = process.cpuUsage(processor)
  console.log(JSON.stringify({
    load: (loaded - started) / 1e3, first: first / 1e3, processor: (user + system) / 1e6,
    peak: process.resourceUsage().maxRSS / 1024,
  }))
  process.exit(0)
`

const sides = {
  'int8, rounded weights kept': { precision: 'int8' },
  'int8, rounded each time': { precision: 'int8', keepRounded: false },
  float32: { precision: 'float32' },
}

function start(options: object): Start {
  const args = ['--input-type=module', '-e', code, JSON.stringify([values.model, options])]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

printLoad('before')
const runs = new Map(Object.keys(sides).map((name) => [name, [] as Start[]]))
// The first run of each fills the cache.
for (let run = 0; run <= Number(values.runs); run++) {
  for (const [name, options] of Object.entries(sides)) {
    const found = start(options)
    if (run > 0) runs.get(name)?.push(found)
  }
}
const medianOf = (found: readonly Start[], of: (start: Start) => number) => median(found.map(of))
console.log(
  formatTable([
    ['', 'loadModel', 'to the first token', 'in all', 'of the processor', 'peak memory'],
    ...[...runs].map(([name, found]) => [
      name,
      `${medianOf(found, ({ load }) => load).toFixed(2)} s`,
      `${medianOf(found, ({ first }) => first).toFixed(2)} s`,
      `${medianOf(found, ({ load, first }) => load + first).toFixed(2)} s`,
      `${medianOf(found, ({ processor }) => processor).toFixed(2)} s`,
      `${medianOf(found, ({ peak }) => peak).toFixed(0)} MiB`,
    ]),
  ]),
)
const [kept = [], anew = []] = [...runs.values()]
printRatios({
  start:
    medianOf(kept, ({ load, first }) => load + first) / medianOf(anew, ({ load, first }) => load + first),
  'start-processor':
    medianOf(kept, ({ processor }) => processor) / medianOf(anew, ({ processor }) => processor),
})
printLoad('after')
