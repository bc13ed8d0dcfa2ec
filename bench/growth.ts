/**
 * Measures how the time and the peak memory of an SFT step grow with batch size, row length, layers and prefix length. The base
 * case has SmolLM2-135M's shape: batch 8, rows of 64 tokens (half of them response), 30 layers and 50 virtual tokens.
 *
 *   npm run bench:growth -- [--threads 2]
 *
 * Every point runs in its own process and is the mean of two steps after two warm-up steps. Writes bench/results/growth.json,
 * from which draw-growth.ts draws docs/growth.svg.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { gemmPeak } from '../timing/gemm-peak.ts'

export interface GrowthPoint {
  readonly batch: number
  readonly length: number
  readonly layers: number
  readonly prefix: number
  readonly precision: 'float32' | 'int8'
  readonly recompute: 'none' | 'block'
  readonly threads: number
}

export interface GrowthResult extends GrowthPoint {
  readonly seconds: number
  /** Bytes. */
  readonly peakMemory: number
}

const { values } = parseArgs({ options: { threads: { type: 'string', default: '2' } } })
const threads = Number(values.threads)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const base = { batch: 8, length: 64, layers: 30, prefix: 50, threads }
const axes = { batch: [2, 16], length: [32, 128], layers: [6, 18], prefix: [10, 100] }
const ways = [
  { precision: 'int8', recompute: 'none' },
  { precision: 'float32', recompute: 'none' },
] as const

const points: GrowthPoint[] = ways.flatMap((way) => [
  { ...base, ...way },
  ...Object.entries(axes).flatMap(([axis, numbers]) =>
    numbers.map((number) => ({ ...base, ...way, [axis]: number })),
  ),
])
const peaks = async () => ({
  float32: await gemmPeak('float32', { threads }),
  int8: await gemmPeak('int8', { threads }),
})

const before = { load: loadavg()[0], gflops: await peaks() }
const results: GrowthResult[] = points.map((point) => {
  const command = [
    '--import',
    here('../scripts/source.mjs'),
    here('./growth-point.ts'),
    JSON.stringify(point),
  ]
  const output = execFileSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const result: GrowthResult = { ...point, ...JSON.parse(output) }
  console.error(JSON.stringify(result))
  return result
})
const after = { load: loadavg()[0], gflops: await peaks() }

const environment = { node: process.version, cpu: cpus()[0]?.model, threads }
mkdirSync(here('./results'), { recursive: true })
writeFileSync(
  here('./results/growth.json'),
  `${JSON.stringify({ environment, before, after, results }, null, 2)}\n`,
)
console.log(
  formatTable([
    ['batch', 'length', 'layers', 'prefix', 'products', 'recompute', 'step', 'peak memory'],
    ...results.map(({ batch, length, layers, prefix, precision, recompute, seconds, peakMemory }) => [
      ...[batch, length, layers, prefix].map(String),
      precision,
      recompute,
      `${seconds.toFixed(2)} s`,
      `${(peakMemory / 2 ** 20).toFixed(0)} MiB`,
    ]),
  ]),
)
