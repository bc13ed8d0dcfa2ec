/**
 * Opens the main pages of the built site in Chromium, light and dark, wide and on a phone. There must be no external requests, no
 * script errors, no page wider than the window, and no serious findings by axe. Also searches for a word.
 *
 *   npm run docs:build && npm run docs:look
 *
 * With DOCS_SCREENSHOTS=folder, saves screenshots there.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { accessibilityFaults } from '../../packages/core/test/browser/accessibility.ts'
import { findChromium, openChromium } from '../../packages/core/test/browser/chromium.ts'
import { serveSite } from './serve-site.ts'

type Page = Parameters<typeof accessibilityFaults>[0]

const pages = [
  ...[
    '',
    'tutorials/first-patch',
    'tutorials/in-the-browser',
    'tutorials/own-policy',
    'tutorials/own-domain',
  ],
  ...['tutorials/publish', 'concepts/prefix-and-cache', 'concepts/two-streams', 'concepts/packing'],
  ...['concepts/composition', 'how-it-works', 'models', 'backends', 'selectivity', 'judges', 'domains'],
  ...['composition', 'browser', 'ability', 'report', 'data-formats', 'patch-format', 'performance'],
  ...['installing', 'security', 'auditing', 'walkthrough'],
  ...[
    'errors',
    'errors/invalid-argument',
    'reference/commands/',
    'reference/commands/train',
    'results/',
    'results/domains',
  ],
  ...[
    'reference/api/',
    'reference/api/policypatch/functions/trainPatch',
    'reference/api/policypatch/functions/applyPatch',
    'reference/api/policypatch/interfaces/TrainPatchOptions',
  ],
  ...['reference/api/policypatch/classes/PatchError', 'source/packages/core/src/backend/backend-ts'],
]
/** A desktop, the two at which the layout changes, and a phone. */
const widths = [1200, 960, 770, 390]
const schemes = ['light', 'dark'] as const
const pictures = process.env.DOCS_SCREENSHOTS

/** Colours are the same at every width, and the widths between have no parts of their own. */
const isForAxe = (scheme: (typeof schemes)[number], width: number) =>
  width === 1200 || (scheme === 'light' && width === 390)

/** The faults of the page that is open. */
async function faultsOf(page: Page, width: number, withAxe: boolean): Promise<string[]> {
  const wide = Number(await page.evaluate('document.documentElement.scrollWidth'))
  const faults = wide > width ? [`is ${wide} pixels wide`] : []
  return withAxe ? [...faults, ...(await accessibilityFaults(page))] : faults
}

/** Types a word into the search and returns the first page found. */
async function search(page: Page, address: string, word: string): Promise<string> {
  await page.setViewport({ width: 1200, height: 900 })
  await page.goto(address, { waitUntil: 'networkidle0' })
  await page.click('.VPNavBarSearch button')
  await page.waitForSelector('.VPLocalSearchBox input')
  await page.type('.VPLocalSearchBox input', word)
  const result = '.VPLocalSearchBox a.result'
  await page.waitForSelector(result)
  return String(await page.evaluate(`document.querySelector('${result}').getAttribute('href')`))
}

const chromium = findChromium()
if (chromium === undefined) {
  console.log('skipped: no Chromium on the PATH or in CHROMIUM')
} else {
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
  const { address, close } = await serveSite()
  const browser = await openChromium(chromium)
  const faults: string[] = []
  let at = ''
  let requests = 0
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(120_000)
    page.on('pageerror', (error) => faults.push(`${at}: ${error}`))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') faults.push(`${at}: ${message.text()}`)
    })
    page.on('request', (request) => {
      requests++
      if (!/^data:|^blob:/.test(request.url()) && !request.url().startsWith(address)) {
        faults.push(`${at}: asks for ${request.url()}`)
      }
    })
    for (const path of pages) {
      await page.goto(address + path, { waitUntil: 'networkidle0' })
      for (const scheme of schemes) {
        await page.emulateMediaFeatures([
          { name: 'prefers-color-scheme', value: scheme },
          { name: 'prefers-reduced-motion', value: 'reduce' },
        ])
        for (const width of widths) {
          at = `${path || 'home'}, ${scheme}, ${width} pixels`
          await page.setViewport({ width, height: 900 })
          await page.waitForFunction(
            `document.documentElement.classList.contains('dark') === ${scheme === 'dark'}`,
          )
          const found = await faultsOf(page, width, isForAxe(scheme, width))
          faults.push(...found.map((fault) => `${at}: ${fault}`))
          if (pictures !== undefined) {
            const name = `${path.replaceAll('/', '_') || 'home'}-${width}-${scheme}.png`
            await page.screenshot({ path: join(pictures, name), fullPage: true })
          }
        }
      }
    }
    at = 'search'
    const found = await search(page, address, 'DIGEST_MISMATCH')
    if (!found.includes('/errors/digest-mismatch')) faults.push(`search finds ${found} for DIGEST_MISMATCH`)
  } finally {
    await browser.close()
    close()
  }
  for (const fault of faults) console.error(fault)
  console.log(
    `${pages.length} pages, ${pages.length * schemes.length * widths.length} looks, ${requests} requests, ${faults.length} faults`,
  )
  process.exitCode = faults.length > 0 ? 1 : 0
}
