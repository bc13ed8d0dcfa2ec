/**
 * Runs Lighthouse on some pages of the built site, emulating a phone. npx downloads Lighthouse, which is too large to install for
 * everyone.
 *
 *   npm run docs:build && npm run docs:lighthouse
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from '../../packages/core/test/browser/chromium.ts'
import { serveSite } from './serve-site.ts'

/** The last version that runs with Node 20. */
const lighthouse = 'lighthouse@12.8.2'
const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const pages = [
  '',
  'tutorials/first-patch',
  'concepts/packing',
  'reference/commands/train',
  'results/',
  'results/domains',
]
const bar = 0.95

interface Report {
  readonly categories: Readonly<Record<(typeof categories)[number], { readonly score: number }>>
}

const { address, close } = await serveSite()
const folder = await mkdtemp(join(tmpdir(), 'policypatch-lighthouse-'))
let below = 0
console.log(['page', ...categories].join('  '))
for (const page of pages) {
  const out = join(folder, 'report.json')
  const child = spawn(
    'npx',
    [
      ...['--yes', lighthouse, address + page, '--quiet', '--output=json', `--output-path=${out}`],
      `--only-categories=${categories.join(',')}`,
      '--chrome-flags=--headless=new --no-sandbox --disable-gpu',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CHROME_PATH: findChromium() ?? '' } },
  )
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`)
  const report = JSON.parse(readFileSync(out, 'utf8')) as Report
  const scores = categories.map((name) => report.categories[name].score)
  below += scores.filter((score) => score < bar).length
  console.log([page || 'home', ...scores.map((score) => Math.round(100 * score))].join('  '))
}
close()
process.exitCode = below > 0 ? 1 : 0
