/**
 * Runs Lighthouse on some pages of the built site, emulating a phone, and prints the medians of several runs. npx downloads
 * Lighthouse, which is too large to install for everyone.
 *
 *   npm run docs:build && npm run docs:lighthouse -- [--runs 3] [--slowdown 4]
 *
 * Lighthouse emulates a phone's processor by taking this machine to be so many times as fast. Its default of 4 is for a fast
 * desktop. The default here is found for this machine, as Lighthouse's docs/throttling.md asks for.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findChromium } from '../../packages/core/test/browser/chromium.ts'
import { median } from '../../timing/figures.ts'
import { serveSite } from './serve-site.ts'

/** The last version that runs with Node 20. */
const lighthouse = 'lighthouse@12.8.2'
const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const pages = [
  '',
  'tutorials/first-patch',
  'serving',
  'concepts/packing',
  'reference/commands/train',
  'results/',
  'results/domains',
]
const bar = 0.95

const metrics = {
  'first-contentful-paint': 'FCP ms',
  'largest-contentful-paint': 'LCP ms',
  'total-blocking-time': 'TBT ms',
  'cumulative-layout-shift': 'CLS',
} as const
type Metric = keyof typeof metrics
const metricNames = Object.keys(metrics) as Metric[]

interface Report {
  readonly categories: Readonly<Record<(typeof categories)[number], { readonly score: number }>>
  readonly audits: Readonly<Record<Metric, { readonly numericValue: number }>>
  /** How fast the processor is, in Lighthouse's unit. */
  readonly environment: { readonly benchmarkIndex: number }
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, slowdown: { type: 'string' } },
})
const { address, close } = await serveSite()
const folder = await mkdtemp(join(tmpdir(), 'policypatch-lighthouse-'))

async function reportOf(page: string, slowdown: number): Promise<Report> {
  const out = join(folder, 'report.json')
  const child = spawn(
    'npx',
    [
      ...['--yes', lighthouse, address + page, '--quiet', '--output=json', `--output-path=${out}`],
      `--only-categories=${categories.join(',')}`,
      `--throttling.cpuSlowdownMultiplier=${slowdown}`,
      '--chrome-flags=--headless=new --no-sandbox --disable-gpu',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CHROME_PATH: findChromium() ?? '' } },
  )
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`)
  return JSON.parse(readFileSync(out, 'utf8')) as Report
}

/**
 * How many times as fast as a mid-range phone a machine is, by its benchmark index: linear between the points that Lighthouse's
 * calculator has (https://lighthouse-cpu-throttling-calculator.vercel.app).
 */
function slowdownFor(index: number): number {
  const points = [
    [150, 1],
    [800, 2],
    [1300, 3],
    [2000, 6],
  ] as const
  const next = points.findIndex(([at], i) => i > 0 && (index < at || i === points.length - 1))
  const [[fromIndex, from], [toIndex, to]] = [points[next - 1]!, points[next]!]
  return Math.max(1, from + ((index - fromIndex) / (toIndex - fromIndex)) * (to - from))
}

async function slowdownHere(): Promise<number> {
  const { environment } = await reportOf(pages[0]!, 4)
  console.log(`benchmark index ${environment.benchmarkIndex}`)
  return Number(slowdownFor(environment.benchmarkIndex).toFixed(1))
}

const slowdown = values.slowdown === undefined ? await slowdownHere() : Number(values.slowdown)
console.log(`processor slowed down ${slowdown} times`)
console.log(['page', ...categories, ...Object.values(metrics)].join('  '))
let below = 0
for (const page of pages) {
  const reports: Report[] = []
  for (let run = 0; run < Number(values.runs); run++) reports.push(await reportOf(page, slowdown))
  const scores = categories.map((name) => median(reports.map((report) => report.categories[name].score)))
  const times = metricNames.map((name) => median(reports.map((report) => report.audits[name].numericValue)))
  below += scores.filter((score) => score < bar).length
  const figures = [
    ...scores.map((score) => Math.round(100 * score)),
    ...times.map((time) => Number(time.toPrecision(3))),
  ]
  console.log([page || 'home', ...figures].join('  '))
}
close()
process.exitCode = below > 0 ? 1 : 0
