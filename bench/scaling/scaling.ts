/**
 * Simulates how runs scale to many machines: pairs, evaluation and training on 1 to 64 workers. Shard costs come from
 * shard-costs.json, written by measure-costs.ts. All assumptions that were not measured are printed first.
 *
 *   npm run bench:scaling
 *
 * Prints tables and a line of JSON, and writes bench/results/scaling.json and docs/pictures/scaling.svg.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { formatTable } from '@policypatch/core/evaluate'
import { median } from '../../timing/figures.ts'
import { drawScaling } from './draw-scaling.ts'
import { answerEfficiency, type TrainingOptions, trainingEfficiency } from './efficiencies.ts'
import type { MeasuredCosts } from './measured-costs.ts'
import { assumptions, largeWorkload, measuredWorkload, partSeconds, type Workload } from './workloads.ts'

const here = (path: string) => new URL(path, import.meta.url)
const costs: MeasuredCosts = JSON.parse(readFileSync(here('./shard-costs.json'), 'utf8'))
const counts = [1, 2, 4, 8, 16, 32, 64]
const [small, large] = [measuredWorkload(costs), largeWorkload(costs)]

printAssumptions()
const results = [small, large].flatMap((workload) =>
  counts.flatMap((workers) => [
    { workload: workload.name, work: 'pairs', ...answerEfficiency(workload, workers, { kind: 'pairs' }) },
    {
      ...{ workload: workload.name, work: 'evaluation' },
      ...answerEfficiency(workload, workers, { kind: 'evaluation' }),
    },
    { workload: workload.name, work: 'training', ...trainingEfficiency(workload, workers) },
  ]),
)
console.log('\nEfficiency, speedup / workers; seconds of all prompts, or of a step of training:\n')
console.log(
  formatTable([
    ['', 'workers', 'pairs', '', 'evaluation', '', 'training', ''],
    ...[small, large].flatMap(({ name }) =>
      counts.map((workers) => [
        workers === 1 ? name : '',
        String(workers),
        ...results
          .filter((result) => result.workload === name && result.workers === workers)
          .flatMap(({ efficiency, seconds }) => [efficiency.toFixed(2), tidySeconds(seconds)]),
      ]),
    ),
  ]),
)

/** A step of the 7B model on 8 and 64 workers, with changes that lift its bottleneck. */
const ten = { bytesPerSecond: 1.25e9 }
const half = large.prefixBytes / 2
const [large4, again] = [{ parts: 4 * assumptions.parts }, { reissue: true }]
const fast = { network: ten }
/** The first rows are options available to a run; the others would have to be built. */
const remedies: readonly (readonly [name: string, options: TrainingOptions])[] = [
  ['512 examples, 1 Gbit/s', {}],
  ['2048 examples', large4],
  ['four links of 1 Gbit/s', { network: { bytesPerSecond: 5e8 } }],
  ['10 Gbit/s', fast],
  ['10 Gbit/s, 2048 examples', { ...fast, ...large4 }],
  ['10 Gbit/s, 2048 examples, rows of four times as many tokens', { ...fast, ...large4, longer: 4 }],
  ['10 Gbit/s, 2048 examples, no stragglers', { ...fast, ...large4, noStragglers: true }],
  ['10 Gbit/s, 512 examples, no stragglers', { ...fast, noStragglers: true }],
  ['512 examples, 1 Gbit/s, gradients in float16', { gradientBytes: half }],
  ['sums from worker to worker (tree), 1 Gbit/s each', { tree: { bytesPerSecond: 125e6 } }],
  ['late shares are issued again', again],
  ['10 Gbit/s, issued again', { ...fast, ...again }],
  ['10 Gbit/s, 2048 examples, issued again', { ...fast, ...large4, ...again }],
  [
    '10 Gbit/s, 2048 examples, issued again, two shares a worker',
    { ...fast, ...large4, ...again, shares: 2 },
  ],
  [
    '10 Gbit/s, 2048 examples, issued again, four shares a worker',
    { ...fast, ...large4, ...again, shares: 4 },
  ],
]
const remedied = remedies.map(([name, options]) => ({
  name,
  at8: trainingEfficiency(large, 8, options),
  at64: trainingEfficiency(large, 64, options),
}))
console.log('\nTraining of the 7B model:\n')
console.log(
  formatTable([
    ['', '8 workers', 'step', '64 workers', 'step'],
    ...remedied.map(({ name, at8, at64 }) => [
      name,
      ...[at8, at64].flatMap(({ efficiency, seconds }) => [efficiency.toFixed(2), tidySeconds(seconds)]),
    ]),
  ]),
)

/** Seconds for a worker to read the weights once, from a local disk at 1 GB/s. */
const load = (assumptions.large.parameters * assumptions.large.bytesPerWeight) / 1e9
const answers = (['pairs', 'evaluation'] as const).flatMap((kind) =>
  [{}, { reissue: true }, { load }].map((options) => ({
    ...{ kind, options },
    at8: answerEfficiency(large, 8, { kind, ...options }),
    at64: answerEfficiency(large, 64, { kind, ...options }),
  })),
)
console.log('\nPairs and evaluation of the 7B model:\n')
console.log(
  formatTable([
    ['', '8 workers', 'all', '64 workers', 'all'],
    ...answers.map(({ kind, options, at8, at64 }) => [
      `${kind}${'reissue' in options ? ', late shards are issued again' : ''}${'load' in options ? `, each worker loads the model first (${load.toFixed(1)} s)` : ''}`,
      ...[at8, at64].flatMap(({ efficiency, seconds }) => [efficiency.toFixed(2), tidySeconds(seconds)]),
    ]),
  ]),
)

const bars = { pairs: 0.9, evaluation: 0.9, training: 0.6 }
const at64 = (work: string) =>
  results.find((result) => result.work === work && result.workload === large.name && result.workers === 64)
const summary = Object.entries(bars).map(([work, bar]) => {
  const efficiency = Number(at64(work)?.efficiency.toPrecision(3))
  return [work, { efficiency, bar, reached: efficiency >= bar }] as const
})
const best = Object.fromEntries(
  remedied.map(({ name, at64 }) => [name, Number(at64.efficiency.toPrecision(3))]),
)
mkdirSync(here('../results'), { recursive: true })
const file = { assumptions, costs: './bench/scaling/shard-costs.json', results, remedied, answers }
writeFileSync(here('../results/scaling.json'), `${JSON.stringify(file, null, 2)}\n`)
await drawScaling(results, here('../../docs/pictures/scaling.svg'))
console.log(`\n${JSON.stringify({ large64: Object.fromEntries(summary), remedies64: best })}`)

function printAssumptions(): void {
  const { prompts, network, stragglers, jitter, parts, large: of } = assumptions
  const { environment, pairs, evaluation, part } = costs
  const seconds = (shard: { readonly seconds: readonly number[] }) => `${median(shard.seconds).toFixed(1)} s`
  console.log(`Measured: ${costs.model}, ${environment.threads} thread of ${environment.cpu}, int8, processor time:
  pairs shard of ${pairs.rows} rows ${seconds(pairs)} (two models), evaluation shard ${seconds(evaluation)}, part of ${part.rows} examples ${seconds(part)};
  ${evaluation.read} tokens of prompts and ${evaluation.passes} passes in an evaluation shard, ${part.read} tokens in a part with the prefix.
Assumed: ${prompts} prompts; a link of ${(network.bytesPerSecond * 8) / 1e9} Gbit/s in each direction before Redis, which the coordinator runs beside;
  latency ${network.latency * 1000} ms; a request to the queue occupies it for ${network.queue * 1000} ms; an attempt takes up to ${100 * jitter}% more or less,
  and ${100 * stragglers.share}% of attempts ${stragglers.factor} times as long; ${parts} parts (${parts * part.rows} examples) in a batch; workers have the model loaded.
7B: ${of.parameters / 1e9}e9 weights of ${8 * of.bytesPerWeight} bits, ${of.flopsPerSecond / 1e12} TFLOP/s sustained, ${of.memoryBytesPerSecond / 1e12} TB/s, ${costs.prefixLength} × ${of.hiddenSize} float32 in a prefix;
  a token takes 2 P operations to read, 4 P in training (weights are frozen), and a pass at least the time that reading all weights takes.
  So a pairs shard takes ${large.pairs.seconds.toFixed(2)} s, an evaluation shard ${large.evaluation.seconds.toFixed(2)} s, a part ${partSeconds(part.read).toFixed(3)} s.
  A step moves ${bound(large, 64)} on 64 workers and ${bound(large, 8)} on 8.`)
}

/** What the link transfers in a step, and the minimum time for it. */
function bound({ prefixBytes }: Workload, workers: number): string {
  const bytes = 2 * workers * prefixBytes
  return `${(bytes / 1e6).toFixed(1)} MB (${(bytes / assumptions.network.bytesPerSecond).toFixed(2)} s)`
}

function tidySeconds(seconds: number): string {
  return `${seconds >= 100 ? seconds.toFixed(0) : seconds.toPrecision(3)} s`
}
